import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const verbsOf = async (...words: string[]) =>
  (await createProgram(words)).commands.map((command) => command.name());

test('each verb can be loaded by its own name', async () => {
  const all = await verbsOf();
  expect(all.length).toBeGreaterThan(30);
  for (const verb of all) {
    const some = await verbsOf('--data', 'x', verb, '--json');
    expect(some).toContain(verb);
    expect(some.length).toBeLessThan(10);
  }
});

test('every verb in the commands is one of the program, and none is there twice', async () => {
  const all = await verbsOf();
  expect(new Set(all).size).toBe(all.length);
  const folder = new URL('./commands/', import.meta.url);
  for (const name of await readdir(folder)) {
    const text = await readFile(new URL(name, folder), 'utf8');
    for (const [, verb] of text.matchAll(/program\s*\.command\('([a-z-]+)/g))
      expect(all).toContain(verb);
  }
});

test('a word that is no verb leaves all of them, for the help and for what is misspelt', async () => {
  expect(await verbsOf('stauts')).toEqual(await verbsOf('--help'));
  expect(await verbsOf('--version')).toEqual([]);
});

test('a name that is a verb does not hide the verb', async () => {
  expect(await verbsOf('--data', 'start', 'status')).toEqual(['start', 'status']);
});
