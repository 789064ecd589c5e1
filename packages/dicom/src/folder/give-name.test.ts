import { link, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { giveName } from './give-name.ts';

let folder: string;
const place = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-name-'));
  await writeFile(place('from'), 'new');
});
afterEach(() => rm(folder, { recursive: true }));

describe('giveName', () => {
  it('moves a file to a name that is free', async () => {
    expect(await giveName(place('from'), place('to'))).toBe(true);
    expect(await readdir(folder)).toEqual(['to']);
    expect(await readFile(place('to'), 'utf8')).toBe('new');
  });

  it('leaves a name to whoever has it', async () => {
    await writeFile(place('to'), 'old');
    expect(await giveName(place('from'), place('to'))).toBe(false);
    expect(await readFile(place('to'), 'utf8')).toBe('old');
    expect(await readFile(place('from'), 'utf8')).toBe('new');
  });

  it('ends what a crash has left half done', async () => {
    await link(place('from'), place('to'));
    expect(await giveName(place('from'), place('to'))).toBe(true);
    expect(await readdir(folder)).toEqual(['to']);
  });
});
