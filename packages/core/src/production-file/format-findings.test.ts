import { expect, test } from 'vitest';
import type { Finding } from '../production.ts';
import { formatFindings } from './format-findings.ts';

const finding: Finding = {
  severity: 'error',
  code: 'VALUE_UNFIT',
  file: 'production.yaml',
  line: 2,
  column: 7,
  message: 'port: expected number to be ≤ 65535, got 70000',
};

test('a finding is shown with its place, its line and a caret', () => {
  expect(formatFindings([finding], 'name: x\nport: 70000\n')).toBe(
    [
      'production.yaml:2:7: error[VALUE_UNFIT]: port: expected number to be ≤ 65535, got 70000',
      '    2 | port: 70000',
      '      |       ^',
      '  more about it: production explain VALUE_UNFIT',
      '',
    ].join('\n'),
  );
});

test('a suggestion has a line of its own, and findings are in the order of the file', () => {
  const first: Finding = {
    ...finding,
    line: 1,
    column: 1,
    severity: 'warning',
    suggestion: 'name',
  };
  const text = formatFindings([finding, first], 'nam: x\nport: 70000\n');
  expect(text.split('\n').filter((line) => !line.includes('|'))).toEqual([
    'production.yaml:1:1: warning[VALUE_UNFIT]: port: expected number to be ≤ 65535, got 70000',
    '  write instead: name',
    '  more about it: production explain VALUE_UNFIT',
    '',
    'production.yaml:2:7: error[VALUE_UNFIT]: port: expected number to be ≤ 65535, got 70000',
    '  more about it: production explain VALUE_UNFIT',
    '',
  ]);
});

test('of a very long line only what is around the mistake is shown', () => {
  const source = `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`;
  const lines = formatFindings([{ ...finding, line: 1, column: 5001 }], source).split('\n');
  expect(lines[1]!.length).toBeLessThan(120);
  expect(lines[1]!.slice(lines[2]!.indexOf('^')).startsWith('HERE')).toBe(true);
});

test('a file cannot send control sequences to the terminal', () => {
  const text = formatFindings([{ ...finding, line: 1, message: '\u001b[2J' }], '\u001b[31mred\r\n');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\r');
});

test('no findings are no text', () => {
  expect(formatFindings([], 'name: x')).toBe('');
});
