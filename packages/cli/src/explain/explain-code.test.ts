import { readFileSync } from 'node:fs';
import { errorCodes, findingCodes } from '@consort/core';
import { expect, test } from 'vitest';
import { checkPage } from './check-page.ts';
import { errorRows } from './error-rows.ts';
import errors from './errors.json' with { type: 'json' };
import { drawCode, explainCode, isCode } from './explain-code.ts';

function doc(name: string): string {
  return readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
}

const generate = 'after a change: node packages/cli/src/explain/generate.ts';

test('it knows what docs/errors.md and docs/check.md say', () => {
  expect(errors, generate).toEqual(errorRows(doc('errors.md')));
  expect(doc('check.md'), generate).toBe(checkPage(doc('check.md')));
});

test('every code of either can be explained', () => {
  for (const code of [...Object.keys(findingCodes), ...Object.keys(errorCodes)]) {
    const { meaning, remedy } = explainCode(code);
    expect(isCode(code)).toBe(true);
    expect(meaning, code).not.toBe('');
    expect(remedy, code).not.toBe('');
  }
});

test('a code that check and errors share means the same in both', () => {
  const shared = Object.keys(findingCodes).filter((code) => code in errorCodes);
  expect(shared).toEqual(['COMPONENT_NOT_LOADED', 'CYCLE']);
});

test('a kind of finding is explained with its reason and an example of the wrong and the right', () => {
  const text = drawCode(explainCode('TARGET_MISSING'));
  expect(text).toContain('A target names a host that the file does not have.');
  expect(text).toContain('TARGET_UNKNOWN');
  expect(text).toMatch(/Wrong[^]*target: Flie[^]*Right[^]*target: File/);
});

test('a misspelt code is no file, and the one that was meant is named', () => {
  expect(isCode('TARGET_MISING')).toBe(true);
  expect(() => explainCode('TARGET_MISING')).toThrow('did you mean TARGET_MISSING?');
  expect(['image.dcm', 'IM0001', './CYCLE', 'DICOMDIR'].some(isCode)).toBe(false);
});
