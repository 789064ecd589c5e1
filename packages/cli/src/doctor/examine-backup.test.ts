import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { examineBackup } from './examine-backup.ts';
import type { Patient } from './finding.ts';

let dataDirectory: string;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'consort-examine-'));
});
afterEach(() => rm(dataDirectory, { recursive: true }));

async function examined(last?: object) {
  if (last) await writeFile(join(dataDirectory, 'last-backup.json'), JSON.stringify(last));
  const patient: Patient = {
    location: { dataDirectory, productionFile: '/srv/production.yaml' },
    now: new Date('2026-08-25T12:00:00.000Z'),
    runs: false,
    details: new Map(),
    isDeep: false,
  };
  return (await examineBackup(patient))[0];
}

const at = (time: string) => ({ time, directory: '/mnt/backup', lacking: 0 });

it('says that there was none, which is no fault of a production that has just begun', async () => {
  const finding = await examined();
  expect(finding).toMatchObject({
    severity: 'fine',
    text: expect.stringContaining('none') as string,
  });
});

it('says how old the last one is, and warns when a night was left out', async () => {
  expect(await examined(at('2026-08-25T02:00:00.000Z'))).toMatchObject({
    severity: 'fine',
    text: 'the last one is 10 h old, in /mnt/backup',
  });
  expect(await examined(at('2026-08-23T02:00:00.000Z'))).toMatchObject({ severity: 'warning' });
});

it('warns when documents are not in it', async () => {
  const last = { ...at('2026-08-25T02:00:00.000Z'), lacking: 2 };
  expect(await examined(last)).toMatchObject({
    severity: 'warning',
    text: expect.stringContaining('without 2 documents') as string,
  });
});
