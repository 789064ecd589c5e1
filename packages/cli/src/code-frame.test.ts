import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeFrame, parsePlace } from './code-frame.ts';

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'consort-frame-'));
  file = join(folder, 'stamp.ts');
  writeFileSync(file, `one\n  throw new Error('\u001b[2J');\n${'x'.repeat(500)}HERE\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is the place, the line and a caret, and steers no terminal', () => {
  expect(codeFrame({ file, line: 2, column: 9 })).toBe(
    `${file}:2:9\n    2 |   throw new Error(' [2J');\n      |         ^`,
  );
});

it('has of a long line what is around the place', () => {
  const [, line = '', caret = ''] = codeFrame({ file, line: 3, column: 501 }).split('\n');
  expect(line.slice(caret.indexOf('^'))).toBe('HERE');
  expect(line.length).toBeLessThan(120);
});

it('is the place alone where there is no such line or file', () => {
  expect(codeFrame({ file, line: 9, column: 1 })).toBe(`${file}:9:1`);
  expect(codeFrame({ file: `${file}.gone`, line: 1, column: 1 })).toBe(`${file}.gone:1:1`);
});

it('is found again in the details of an event', () => {
  expect(parsePlace('/a/b:c.ts:12:3')).toEqual({ file: '/a/b:c.ts', line: 12, column: 3 });
  expect(parsePlace('nowhere')).toBeUndefined();
});
