import { describe, expect, test } from 'vitest';
import { loadText, production } from '../production-file.fixture.ts';

describe('hosts that would wait for each other', () => {
  test('are one mistake, at the setting that closes the circle', async () => {
    const { shown } = await loadText(
      production({
        process: `  A: { component: ./storage-local.ts, settings: { fileOperation: B } }
  B: { component: ./storage-local.ts, settings: { fileOperation: A } }`,
      }),
    );
    expect(shown).toEqual([
      '11:66 error fileOperation: these hosts would wait for each other: A → B → A; break the circle, or send with sendRequestAsync and declare the setting target({ async: true })',
    ]);
  });

  test('a host that targets itself is one too', async () => {
    const { shown } = await loadText(
      production({
        process: '  A: { component: ./storage-local.ts, settings: { fileOperation: A } }',
      }),
    );
    expect(shown).toEqual([expect.stringContaining('A → A')]);
  });

  test('are none where a setting only ever sends without waiting', async () => {
    const { shown, production: loaded } = await loadText(
      production({
        process: `  A: { component: ./notify.ts, settings: { next: B } }
  B: { component: ./storage-local.ts, settings: { fileOperation: A } }`,
      }),
    );
    expect(shown).toEqual([]);
    expect(loaded).toBeDefined();
  });
});

describe('invocation: inProc', () => {
  const inProc =
    '  P: { component: dicom.file-operation, invocation: inProc, settings: { directory: . } }';

  test('reaches the host', async () => {
    const { production: loaded } = await loadText(
      production({
        process: '  A: { component: ./storage-local.ts, settings: { fileOperation: P } }',
        operation: inProc,
      }),
    );
    expect(loaded?.hosts.find(({ name }) => name === 'P')?.invocation).toBe('InProc');
  });

  test('has no pool, and no service sends to it', async () => {
    const { shown } = await loadText(
      production({
        service: '  In2: { component: timer.service, settings: { target: P } }',
        operation: inProc.replace('inProc,', 'inProc, poolSize: 2,'),
      }),
    );
    expect(shown).toEqual([
      expect.stringContaining('target: In2 is a service and cannot run P itself'),
      expect.stringContaining('poolSize on P: with invocation: inProc'),
    ]);
  });
});
