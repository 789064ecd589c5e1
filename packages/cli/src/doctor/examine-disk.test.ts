import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statfs } from 'node:fs/promises';
import type { MessagesInspection } from '@consort/store';
import { expect, it } from 'vitest';
import { examineDisk } from './examine-disk.ts';
import type { Patient } from './finding.ts';

const patient: Patient = {
  location: {
    productionFile: '/nowhere/production.yaml',
    dataDirectory: join(tmpdir(), 'not', 'there', 'yet'),
  },
  now: new Date(),
  runs: false,
  details: new Map(),
  isDeep: false,
};

function record(documentBytes: number): MessagesInspection {
  return {
    damage: [],
    size: 1_000,
    logSize: 0,
    messages: 10,
    lastDay: { messages: 0, documentBytes, fileBytes: {} },
  };
}

it.each([
  ['a tenth of a day', 0.1, 'problem', /; 2 hours left at the rate of the last day/],
  ['two days', 2.5, 'warning', /; 2 days left at the rate of the last day/],
])('a disk that is full in %s is a %s', async (_, days, severity, words) => {
  const { bsize, bavail } = await statfs(tmpdir());
  const [finding] = await examineDisk(patient, record((bsize * bavail) / days));
  expect(finding).toMatchObject({ severity, text: expect.stringMatching(words) as string });
});

it('what is not there yet is on the disk of the folder that is', async () => {
  const [finding, ...others] = await examineDisk(patient, undefined);
  expect(finding?.text).toContain(patient.location.dataDirectory);
  expect(finding?.text).toContain('nothing was written in the last day');
  expect(others).toEqual([]);
});
