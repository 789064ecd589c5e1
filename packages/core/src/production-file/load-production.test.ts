import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { defineService } from '../component.ts';
import { formatFindings } from './format-findings.ts';
import { loadProduction } from './load-production.ts';
import {
  folder,
  load,
  loadText,
  production,
  tcpService,
  timerService,
} from './production-file.fixture.ts';

describe('a good file', () => {
  test('gives its hosts with defaults filled in, paths absolute and origins', async () => {
    const { production: loaded, findings, file } = await loadText(production());
    expect(findings).toEqual([]);
    expect(loaded).toMatchObject({ name: 'Demo.DICOM', file });
    expect(loaded!.hosts.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'service In',
      'process Store',
      'operation File',
    ]);
    const [service, process, operation] = loaded!.hosts;
    expect(service).toMatchObject({
      componentName: 'dicom.tcp-service',
      component: tcpService,
      poolSize: 1,
      settings: { port: 2010, localAet: 'IRIS', responseTimeout: 8000, interface: '0.0.0.0' },
      origins: { '': `${file}:3:3`, port: `${file}:5:23`, target: `${file}:5:53` },
    });
    expect(process).not.toHaveProperty('retry');
    expect(operation).toMatchObject({
      retry: { interval: 5000, timeout: 5000 },
      settings: { directory: join(folder, 'received'), mode: '0640' },
    });
  });

  test('the article’s production is right, and warned of retries that outlast the PACS', async () => {
    const { production: loaded, shown } = await loadText(`
name: Demo.DICOM
services:
  EnsLib.DICOM.Service.TCP:            # host name; a YAML key, so unique
    component: dicom.tcp-service
    settings: { port: 2010, localAet: IRIS, target: Demo.DICOM.Process.StorageLocal }
processes:
  Demo.DICOM.Process.StorageLocal:
    component: ./storage-local.ts
    poolSize: 4
    settings: { fileOperation: Demo.DICOM.Operation.File }
operations:
  Demo.DICOM.Operation.File:
    component: dicom.file-operation
    retry: { interval: 5s, timeout: 15s }
    settings: { directory: ./received }
`);
    expect(loaded?.hosts[1]).toMatchObject({ poolSize: 4 });
    expect(shown).toEqual([
      '15:5 warning retry.timeout of Demo.DICOM.Operation.File (15 s) is longer than responseTimeout of EnsLib.DICOM.Service.TCP (8 s): its peer is answered before the retries end',
    ]);
  });

  test('an operation retries by default, and for ever when told so', async () => {
    const { production: loaded } = await loadText(`name: x
operations:
  A: { component: dicom.file-operation, settings: { directory: . } }
  B: { component: dicom.file-operation, retry: { timeout: -1 }, settings: { directory: . } }
processes:
  C: { component: ./storage-local.ts, retry: { interval: 1m }, settings: { fileOperation: A } }
`);
    const [process, byDefault, forEver] = loaded!.hosts;
    expect(byDefault!.retry).toEqual({ interval: 5000, timeout: 15_000 });
    expect(forEver!.retry).toEqual({ interval: 5000, timeout: Infinity });
    expect(process!.retry).toEqual({ interval: 60_000, timeout: 15_000 });
  });

  test('targets and paths are found inside lists and objects', async () => {
    const { production: loaded, shown } = await loadText(`name: x
processes:
  Route:
    component: npm:@acme/router
    settings:
      rules: [{ when: CT, target: File }, { when: MR, target: Flie }]
      templates: { folder: ./t }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }
`);
    expect(loaded).toBeUndefined();
    expect(shown.filter((line) => line.includes(' error '))).toEqual([
      '6:63 error rules[1].target: there is no host "Flie" in this production [File]',
    ]);
    const right = await loadText(`name: x
processes:
  Route: { component: npm:@acme/router, settings: { templates: { folder: ./t } } }
`);
    expect(right.production?.hosts[0]?.settings).toEqual({
      rules: [],
      templates: { folder: join(folder, 't') },
    });
  });

  test('a file below the working directory is named relative to it, any other by its whole path', async () => {
    const file = join(folder, 'relative.yaml');
    await writeFile(file, 'nam: x');
    expect((await loadProduction(file, { load })).findings[0]!.file).toBe(file);
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const below = await loadProduction(file, { load });
    cwd.mockRestore();
    expect(below.findings[0]!.file).toBe('relative.yaml');
  });
});

/** A production whose service has that port. */
function port(text: string): string {
  return production().replace('port: 2010', `port: ${text}`);
}

describe('a variable', () => {
  test.each([
    ['quoted', '"${PORT}"'],
    ['quoted, with a default', '"${NONE:-2010}"'],
  ])('is a number where one is asked for: %s', async (_, text) => {
    const { production: loaded, shown } = await loadText(port(text), { PORT: '2010' });
    expect(shown).toEqual([]);
    expect(loaded?.hosts[0]?.settings['port']).toBe(2010);
  });

  test('is a number when it is plain', async () => {
    const text = production().replace(
      '{ port: 2010, localAet: IRIS, target: Store }',
      '\n      port: ${PORT:-2010}\n      localAet: IRIS\n      target: Store',
    );
    const { production: loaded } = await loadText(text);
    expect(loaded?.hosts[0]?.settings['port']).toBe(2010);
  });

  test('is a text where one is asked for, whatever it spells', async () => {
    const text = production().replace(
      '{ directory: ./received }',
      '\n      directory: ${DIRECTORY}\n      mode: ${MODE}',
    );
    const { production: loaded, shown } = await loadText(text, { DIRECTORY: '/1', MODE: '0600' });
    expect(shown).toEqual([]);
    expect(loaded?.hosts[2]?.settings).toEqual({ directory: '/1', mode: '0600' });
  });

  test('cannot bring structure with it', async () => {
    const { production: loaded } = await loadText(port('1').replace('IRIS', '"${AET}"'), {
      AET: '[a, b]',
    });
    expect(loaded?.hosts[0]?.settings['localAet']).toBe('[a, b]');
  });

  test('works in the engine’s keys, never in names', async () => {
    const text = production()
      .replace('    settings: { fileO', '    poolSize: ${POOL}\n    settings: { fileO')
      .replace(
        'operations:',
        'operations:\n  "${POOL}": { component: dicom.file-operation, settings: { directory: . } }',
      );
    const { shown, production: loaded } = await loadText(text, { POOL: '4' });
    expect(shown.filter((line) => line.includes(' error '))).toEqual([
      '14:3 error "${POOL}" cannot be the name of a host: it begins with $',
    ]);
    expect(loaded).toBeUndefined();
  });

  test('a wrong one is reported once, with what it is', async () => {
    const { shown } = await loadText(port('"${PORT}"'), { PORT: 'http' });
    expect(shown).toEqual(['5:23 error port: expected a number, got "http"']);
  });
});

describe('a secret is never shown', () => {
  test.each([
    ['in clear', production().replace('IRIS', 'IRIS, password: hunter2')],
    ['beside a mistake', production().replace('IRIS', 'IRIS, password: hunter2, prot: 5')],
    ['misspelt', production().replace('IRIS', 'IRIS, pasword: hunter2')],
    [
      'where the component is unknown',
      production().replace('dicom.tcp', 'dicom.udp').replace('IRIS', 'IRIS, password: hunter2'),
    ],
    ['in broken YAML', `name: [\n      password: hunter2 "\n`],
    [
      'from the environment, of a wrong kind',
      production().replace('IRIS', 'IRIS, password: ["${SECRET}"]'),
    ],
  ])('%s', async (_, text) => {
    const { findings, source } = await loadText(text, { SECRET: 'hunter2' });
    const shown = formatFindings(findings, source);
    expect(shown).toMatch(/error|warning/);
    expect(shown).not.toContain('hunter2');
  });
});

test('a check that throws is a finding', async () => {
  const faulty = defineService({
    ...timerService,
    check: () => {
      throw new Error('oops');
    },
    patience: () => {
      throw new Error('oops too');
    },
  });
  const file = join(folder, 'faulty.yaml');
  await writeFile(file, 'name: x\nservices:\n  In: { component: a.faulty }\n');
  const { findings } = await loadProduction(file, { load: async () => faulty });
  expect(findings.map(({ message }) => message)).toEqual([
    'the check of a.faulty failed on In: oops',
    'a.faulty cannot say how long its peer waits: oops too',
  ]);
});
