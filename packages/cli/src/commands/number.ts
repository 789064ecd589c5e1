import { EngineError } from '@consort/core';
import { InvalidArgumentError } from 'commander';

/** Reads a whole number above 0 from the command line. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/**
 * Reads the number of a message or session, or the word that stands for one.
 * @throws EngineError USAGE
 */
export function numberOr<Word extends string>(text: string, word: Word): number | Word {
  if (text === word) return word;
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new EngineError('USAGE', `${JSON.stringify(text)} is not a number; give one, or ${word}`);
}
