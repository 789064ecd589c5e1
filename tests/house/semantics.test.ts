import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProduction } from '@consort/core';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { componentLoader } from '../../packages/cli/src/load-component.ts';
import { root } from './root.ts';
import { testReference, titlesOf } from './titles-of.ts';

const page = await readFile(root('docs/semantics.md'), 'utf8');
const folder = root('productions/semantics');
const file = join(folder, 'production.yaml');
const unit = root('deploy/systemd/consort@.service');

/** The rows of the tables: number, what IRIS does, how it is done here, the proof. */
const rows = [...page.matchAll(/^\| (\d+) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(
  ([, number = '', theirs = '', here = '', proof = '']) => ({ number, theirs, here, proof }),
);

test('docs/semantics.md has the rows 1 to 44, each with how it is done here and a proof', () => {
  const numbers = Array.from({ length: 44 }, (_, index) => String(index + 1));
  expect(rows.map(({ number }) => number)).toEqual(numbers);
  for (const { number, here, proof } of rows) {
    expect(here.length, `row ${number}`).toBeGreaterThan(10);
    expect(proof, `row ${number}`).toMatch(testReference);
  }
});

test('every test that it names is there, in the file it names', async () => {
  for (const { number, proof } of rows) {
    const named = [...proof.matchAll(new RegExp(testReference, 'g'))];
    expect(named.length, `row ${number}: ${proof}`).toBe(proof.split('; [').length);
    for (const [, path = '', title = ''] of named) {
      const titles = titlesOf(await readFile(root(path), 'utf8'));
      expect(titles, `row ${number}: ${path}`).toContain(title);
    }
  }
});

test('every example on it is a part of a file that is run', async () => {
  const blocks = [...page.matchAll(/^```(\w*)\n([^]*?)^```/gm)];
  expect(blocks.length).toBeGreaterThan(8);
  const names = (await readdir(folder)).filter((name) => /^(?!.*\.test).*\.ts$/.test(name));
  const code = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const sources: Readonly<Record<string, readonly string[]>> = {
    yaml: [await readFile(file, 'utf8')],
    ts: code,
    ini: [await readFile(unit, 'utf8')],
  };
  for (const [, language = '', text = ''] of blocks) {
    // The commands are typed by the test of the production.
    if (language === 'sh') continue;
    const isQuoted = sources[language]?.some((source) => `\n${source}`.includes(`\n${text}`));
    expect(isQuoted, `${language}:\n${text}`).toBe(true);
  }
});

test('the example production is loaded as it is written', async () => {
  const env = { ALERT_URL: 'http://127.0.0.1:9/' };
  const { production, findings } = await loadProduction(file, { ...componentLoader, env });
  expect(findings).toEqual([]);
  const { hosts, file: path, ...own } = production!;
  expect(own).toEqual({
    name: 'Demo.Semantics',
    description: 'What docs/semantics.md shows, each part of it once.',
    testingEnabled: true,
    shutdownTimeout: 30_000,
    updateTimeout: 10_000,
    retention: { completed: 604_800_000, failed: Infinity, minFreeSpace: 0.1, refuseBelow: 0.05 },
    alerts: { target: 'Tell' },
  });
  expect(path).toBe(file);
  const written = parse(await readFile(file, 'utf8')) as Record<string, Record<string, object>>;
  const sections = ['services', 'processes', 'operations'];
  expect(hosts.map(({ name }) => name)).toEqual(
    sections.flatMap((section) => Object.keys(written[section] ?? {})),
  );
  expect(hosts.find(({ name }) => name === 'From.Web')).toMatchObject({
    kind: 'service',
    componentName: './from-web.ts',
    category: 'front',
    comment: 'Other programs send by HTTP.',
    enabled: true,
    poolSize: 1,
    settings: { port: 8090, targets: ['Ask.Both', 'Ask.With.Patience', 'Ask.A.Person', 'Strict'] },
    alerts: { inactivity: 43_200_000 },
  });
  expect(hosts.find(({ name }) => name === 'Ask.Both')).toMatchObject({
    poolSize: 4,
    logTraceEvents: true,
    alerts: { onError: { grace: 0 } },
  });
  expect(hosts.find(({ name }) => name === 'Strict')).toMatchObject({
    retry: { interval: 250, timeout: 1_000 },
    replyCodeActions: [
      { on: 'E', code: 'FILE_EXISTS', actions: ['S'] },
      { on: 'E', text: 'refused', actions: ['R'] },
      { on: 'X', actions: ['W'] },
      { on: 'E', actions: ['F'] },
    ],
  });
});

test('the systemd unit gives a production longer to stop than its shutdownTimeout, and starts it again', async () => {
  const keys = new Map(
    (await readFile(unit, 'utf8'))
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  expect(Number(keys.get('TimeoutStopSec'))).toBeGreaterThan(120);
  expect(keys.get('Restart')).toBe('on-failure');
  expect(keys.get('WantedBy')).toBe('multi-user.target');
  expect(keys.get('ExecStart')).toMatch(/\/production start\b/);
});
