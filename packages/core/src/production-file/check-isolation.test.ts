import { expect, it } from 'vitest';
import { loadText, production } from './production-file.fixture.ts';

it('isolation: process has its limits, and a host without it has none', async () => {
  const { production: loaded, shown } = await loadText(
    production({
      process: `    isolation: process
    isolationLimits: { silence: 5s }
  Plain: { component: ./storage-local.ts, isolation: process, settings: { fileOperation: File } }
  Thread: { component: ./storage-local.ts, isolation: thread, settings: { fileOperation: File } }`,
    }),
  );
  expect(shown.filter((line) => line.includes(' error '))).toEqual([]);
  const limits = loaded?.hosts.map(({ name, isolation }) => [name, isolation]);
  expect(Object.fromEntries(limits ?? [])).toEqual({
    In: undefined,
    Store: { memory: 512, silence: 5_000 },
    Plain: { memory: 512, silence: 30_000 },
    Thread: undefined,
    File: undefined,
  });
});

it('is refused where there is no child process, and where it would be of no use', async () => {
  const { shown } = await loadText(
    production({
      service: '    isolation: process',
      process: '    isolationLimits: { memory: 64 }',
      operation: '    isolation: process',
    }),
  );
  expect(shown).toEqual([
    '6:5 error isolation is a key of processes and operations, not of services',
    '11:5 error isolationLimits are those of a child process, and there is none [isolation: process]',
    '17:16 error isolation: dicom.file-operation is built in; a child process is for components of yours',
  ]);
});

it('a silence that is shorter than two looks is refused', async () => {
  const { shown } = await loadText(
    production({ process: '    isolation: process\n    isolationLimits: { silence: 1s }' }),
  );
  expect(shown).toEqual([
    '12:33 error isolationLimits.silence: it is looked for once a second; write at least 2s',
  ]);
});
