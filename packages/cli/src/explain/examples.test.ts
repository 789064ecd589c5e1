import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingCodes, loadProduction, type FindingCode } from '@consort/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { componentLoader } from '../load-component.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterAll(() => rm(folder, { recursive: true }));

const examples = Object.entries(findingCodes).flatMap(([code, { severity, example }]) =>
  example ? [[code as FindingCode, severity, example] as const] : [],
);

/** What is found about a production file, `severity CODE` each. */
async function findingsOf(text: string): Promise<readonly string[]> {
  const file = join(folder, 'production.yaml');
  await writeFile(file, `${text}\n`);
  const env = {
    HOOK_URL: 'https://hooks.example.com/T0/B0',
    OPENID_SECRET: 'a-secret-of-the-client',
  };
  const { findings } = await loadProduction(file, { ...componentLoader, env });
  return findings.map(
    ({ severity, code }) => `${severity === 'error' ? 'mistake' : 'doubt'} ${code}`,
  );
}

test.each(examples)(
  '%s: its example has it, and put right has no mistake',
  { timeout: 60_000 },
  async (code, severity, example) => {
    expect(await findingsOf(example.wrong)).toContain(`${severity} ${code}`);
    const right = await findingsOf(example.right);
    expect(right).not.toContain(`${severity} ${code}`);
    expect(right.filter((found) => found.startsWith('mistake'))).toEqual([]);
  },
);

test('every code but those that this machine or the code of a component decides has an example', () => {
  const without = Object.keys(findingCodes).filter(
    (code) => !findingCodes[code as FindingCode].example,
  );
  expect(without).toEqual([
    'FILE_UNREADABLE',
    'CHECK_FAILED',
    'COMPONENT_SYNTAX',
    'NO_TARGET',
    'PORT_IN_USE',
    'DIRECTORY_UNFIT',
    'FILE_MISSING',
    'PEER_NOT_THERE',
    'SERVER_NOT_THERE',
  ]);
});
