import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = new URL('./testing-verbs.ts', import.meta.url).pathname;

/** The verbs that the program has for each of some command lines. */
async function verbsOf(...lines: readonly (readonly string[])[]): Promise<readonly string[][]> {
  const words = lines.map((line) => JSON.stringify(line));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...words]);
  return JSON.parse(stdout) as string[][];
}

test('a command line has the verb it names, and few others', { timeout: 60_000 }, async () => {
  const [all = []] = await verbsOf(['--help']);
  const each = await verbsOf(...all.map((verb) => ['--data', 'x', verb, '--json']));
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter((verb, index) => !each[index]?.includes(verb))).toEqual([]);
  expect(Math.max(...each.map(({ length }) => length))).toBeLessThan(10);
});

test('every verb of the commands is one of the program, and none is there twice', async () => {
  const [all = []] = await verbsOf(['--help']);
  expect(new Set(all).size).toBe(all.length);
  const folder = new URL('./commands/', import.meta.url);
  for (const name of await readdir(folder)) {
    const text = await readFile(new URL(name, folder), 'utf8');
    for (const [, verb] of text.matchAll(/program\s*\.command\('([a-z-]+)/g)) {
      expect(all).toContain(verb);
    }
  }
});

test('all are there for the help and for what is misspelt, none for the version', async () => {
  const [help, misspelt, version] = await verbsOf(['--help'], ['stauts'], ['--version']);
  expect(misspelt).toEqual(help);
  expect(version).toEqual([]);
});

test('a name that is a verb does not hide the verb', async () => {
  expect(await verbsOf(['--data', 'start', 'status'])).toEqual([['start', 'status']]);
});
