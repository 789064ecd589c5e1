import { EngineError, errorCodes, findingCodes, nearest, type FindingCode } from '@consort/core';
import type { Output } from '../json/outputs.ts';
import { style } from '../terminal/style.ts';
import errors from './errors.json' with { type: 'json' };

type CodeExplanation = NonNullable<Output<'explain'>['codes']>[number];

/** Says whether an argument is a code and no file: one that is known, or one that is written like those with a `_`. */
export function isCode(argument: string): boolean {
  return isKnown(argument) || /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(argument);
}

/**
 * What there is to know of a code of `production check` or of an error.
 * @throws EngineError NOT_FOUND
 */
export function explainCode(code: string): CodeExplanation {
  const error = errors.find((row) => row.code === code);
  if (Object.hasOwn(findingCodes, code)) {
    const { severity, meaning, why, remedy, example } = findingCodes[code as FindingCode];
    return { code, kind: severity, meaning, why, remedy, ...(example && { example }) };
  }
  if (error) return { code, kind: 'error', meaning: error.meaning, remedy: error.remedy };
  const near = nearest(code, [...Object.keys(findingCodes), ...Object.keys(errorCodes)]);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  throw new EngineError('NOT_FOUND', `there is no code ${code}${hint}`);
}

/** For people. */
export function drawCode(explanation: CodeExplanation): string {
  const { code, kind, meaning, why, remedy, example } = explanation;
  const colour = kind === 'doubt' ? 'yellow' : 'red';
  return [
    `${style('bold', code)}  ${style(colour, kinds[kind])}`,
    '',
    meaning,
    ...(why === undefined ? [] : [why]),
    '',
    `${style('bold', 'What to do')}: ${remedy}`,
    ...(example
      ? [
          '',
          style('bold', 'Wrong'),
          indent(example.wrong),
          '',
          style('bold', 'Right'),
          indent(example.right),
        ]
      : []),
  ].join('\n');
}

const kinds = {
  mistake: 'a mistake in a production file: it does not start',
  doubt: 'a doubt about a production file: it starts',
  error: 'an error',
} as const;

function isKnown(code: string): boolean {
  return Object.hasOwn(findingCodes, code) || Object.hasOwn(errorCodes, code);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
