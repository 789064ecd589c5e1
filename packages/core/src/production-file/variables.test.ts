import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { variablesOf } from './variables.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-variables-'));
  file = join(folder, 'production.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

it('has what .env beside the file says, where the environment says nothing', async () => {
  await writeFile(join(folder, '.env'), '# a comment\nPORT=2010\nAET="ONE TWO"\n');
  expect(variablesOf(file, { PORT: '104' })).toEqual({ PORT: '104', AET: 'ONE TWO' });
});

it('is the environment where there is no .env', () => {
  expect(variablesOf(file, { PORT: '104' })).toEqual({ PORT: '104' });
});

it('says when there is one that cannot be read', async () => {
  await mkdir(join(folder, '.env'));
  expect(() => variablesOf(file, {})).toThrow(/cannot read the variables in .*\.env: EISDIR/);
});
