import { assert, asyncProperty, constantFrom, integer, oneof, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFindings } from './format-findings.ts';
import { loadText, production } from './production-file.fixture.ts';

describe('no text makes it throw', () => {
  test('arbitrary text', async () => {
    await assert(
      asyncProperty(string({ unit: 'binary', maxLength: 200 }), async (text) => {
        await neverThrows(text);
      }),
      { numRuns: 200 },
    );
  });

  test('a right file with a stretch replaced', async () => {
    const right = production();
    const pieces = [
      '${',
      '}',
      '$',
      ':',
      '{',
      '[',
      ']',
      '*a',
      '&a',
      '- ',
      '\n',
      '\t',
      '"',
      '!!map ',
      '? ',
      '<<',
      '5',
      'null',
      '#',
      '|',
    ];
    const piece = oneof(constantFrom(...pieces), string({ maxLength: 8 }));
    const place = integer({ min: 0, max: right.length });
    await assert(
      asyncProperty(place, integer({ min: 0, max: 20 }), piece, async (at, length, text) => {
        await neverThrows(right.slice(0, at) + text + right.slice(at + length));
      }),
      { numRuns: 300 },
    );
  });
});

async function neverThrows(text: string) {
  const { production: loaded, findings, source } = await loadText(text);
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(loaded === undefined).toBe(errors.length > 0);
  for (const { line, column } of findings) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(source.split('\n').length);
  }
  formatFindings(findings, source);
}
