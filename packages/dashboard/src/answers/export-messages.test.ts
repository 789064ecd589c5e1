import { expect, test } from 'vitest';
import { csvField } from './export-messages.ts';

test.each([
  ['=1+1', "'=1+1"],
  ['-1', "'-1"],
  ['a;=1+1', "a;'=1+1"],
  ['a;+1;-1;@x', "a;'+1;'-1;'@x"],
  ['a\t=1', "a\t'=1"],
  ['\t=1', "'\t'=1"],
  ['a\n@x', `"a\n'@x"`],
  ['a;b', 'a;b'],
  ['x=1', 'x=1'],
  ['a,"b"', '"a,""b"""'],
])('%j is no formula in a spreadsheet, however it splits the line', (value, field) => {
  expect(csvField(value)).toBe(field);
});
