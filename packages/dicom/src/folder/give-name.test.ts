import { chown, link, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
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

  // Where fs.protected_hardlinks is set, as on most Linux, no hard link may be made to such a file.
  it.runIf(process.getuid?.() === 0)("moves somebody else's file in a folder of ours", async () => {
    await writeFile(place('taken'), 'old');
    await chown(folder, nobody, nobody);
    process.seteuid?.(nobody);
    try {
      expect(await giveName(place('from'), place('taken'))).toBe(false);
      expect(await giveName(place('from'), place('to'))).toBe(true);
    } finally {
      process.seteuid?.(0);
    }
    expect(await readdir(folder)).toEqual(['taken', 'to']);
    expect(await readFile(place('to'), 'utf8')).toBe('new');
    expect(await readFile(place('taken'), 'utf8')).toBe('old');
  });
});

const nobody = 65_534;
