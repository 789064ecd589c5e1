import { expect, test } from 'vitest';
import { formatConfig } from './format-config.ts';
import { loadText, production } from './production-file.fixture.ts';

const text = production()
  .replace('IRIS', '"${AET:-IRIS}", password: "${PASSWORD}"')
  .replace('port: 2010', 'port: "${PORT}"')
  .replace('name: Demo.DICOM', 'name: Demo.DICOM\ndescription: postgres://me:hunter2@db/pacs');

test('every value in force is told with its source', async () => {
  const loaded = await loadText(text, { PASSWORD: 'hunter3', PORT: '11112' });
  const values = loaded.config?.() ?? [];
  const told = (...path: string[]) => values.find((one) => one.path.join('/') === path.join('/'));
  const settings = ['services', 'In', 'settings'];
  expect(told('name')).toMatchObject({ value: 'Demo.DICOM', from: 'file' });
  expect(told(...settings, 'port')).toMatchObject({ value: 11_112, from: 'environment' });
  expect(told(...settings, 'port')?.place).toMatch(/:6:23$/);
  // The default of the variable stands in the file.
  expect(told(...settings, 'localAet')).toMatchObject({ value: 'IRIS', from: 'file' });
  expect(told(...settings, 'responseTimeout')).toEqual({
    path: [...settings, 'responseTimeout'],
    value: '8s',
    from: 'default',
  });
  expect(told('operations', 'File', 'retry', 'interval')).toMatchObject({ from: 'file' });
  expect(told('retention', 'completed')).toMatchObject({ value: '7d', from: 'default' });
  // The component refuses it.
  expect(told('services', 'In', 'poolSize')).toBeUndefined();
});

test('a secret is told by nobody, however it is shown', async () => {
  const loaded = await loadText(text, { PASSWORD: 'hunter3', PORT: '11112' });
  const values = loaded.config?.() ?? [];
  const all = JSON.stringify(values) + formatConfig(values) + loaded.source;
  expect(all).not.toContain('hunter');
  expect(all).toContain('postgres://me:•••@db/pacs');
});

test('as YAML it is a production file again, with the source of each value behind it', async () => {
  const first = await loadText(production());
  const yaml = formatConfig(first.config?.() ?? []);
  expect(yaml).toMatch(/^ {6}port: 2010 # .*:5:23$/m);
  expect(yaml).toMatch(/^ {6}responseTimeout: 8s # default$/m);
  const again = await loadText(yaml);
  expect(again.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const plain = (loaded: typeof first) =>
    loaded.production?.hosts.map(({ name, settings, retry }) => ({ name, settings, retry }));
  expect(plain(again)).toEqual(plain(first));
});

test('of a file with mistakes nothing is in force', async () => {
  expect((await loadText('name: 5')).config).toBeUndefined();
});
