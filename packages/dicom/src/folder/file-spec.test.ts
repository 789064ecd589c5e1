import { describe, expect, it } from 'vitest';
import { fileSpec, fits } from './file-spec.ts';

describe('fileSpec', () => {
  it('is one pattern, several with ; between, or a list', () => {
    expect(fileSpec().parse('*.dcm')).toEqual(['*.dcm']);
    expect(fileSpec().parse('*.dcm; IM*')).toEqual(['*.dcm', 'IM*']);
    expect(fileSpec().parse(['*.dcm', 'a?;b'])).toEqual(['*.dcm', 'a?', 'b']);
  });

  it.each(['', 'a;', '../*.dcm', 'sub/*.dcm'])('refuses %j', (pattern) => {
    expect(fileSpec().safeParse(pattern).success).toBe(false);
  });
});

describe('fits', () => {
  it.each([
    ['a.dcm', '*.dcm', true],
    ['A.DCM', '*.dcm', true],
    ['a.dcm.part', '*.dcm', false],
    ['.a.dcm', '*.dcm', false],
    ['.a.dcm', '*', false],
    ['line\nbreak.dcm', '*.dcm', true],
    ['IM1', 'im?', true],
    ['IM12', 'IM?', false],
    ['IM', 'IM?', false],
    ['abcabc', 'a*b*c', true],
    ['abcab', 'a*b*c', false],
    ['x', '**', true],
    ['a+b', 'a+b', true],
    ['aab', 'a+b', false],
  ])('%j and %j: %s', (name, pattern, expected) => {
    expect(fits(name, [pattern])).toBe(expected);
    expect(fits(name, ['none', pattern])).toBe(expected);
  });

  it('comes to an end with a pattern made to take long', () => {
    expect(fits('a'.repeat(255), [`${'*a'.repeat(100)}*b`])).toBe(false);
  });
});
