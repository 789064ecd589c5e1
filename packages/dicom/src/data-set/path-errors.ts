import { nearest, PermanentError, type ErrorCode } from '@consort/core';
import { keywords } from './dictionary.ts';

/** A path to a data element that cannot be followed. */
export class PathError extends PermanentError {
  readonly path: string;
  /** Where in the path the mistake is; 1 is its first character. */
  readonly position: number;

  /** @param what completes `the path … cannot be followed: at position 8 …` */
  constructor(code: ErrorCode, path: string, position: number, what: string) {
    const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
    super(code, `the path ${shown} cannot be followed: at position ${position} ${what}`);
    this.path = path;
    this.position = position;
  }
}

/** @returns PathError KEYWORD_UNKNOWN, with the keyword that was probably meant */
export function keywordUnknown(keyword: string, path: string, position: number): PathError {
  // Of thousands of keywords only those of about its length can be near.
  const mistakes = Math.max(1, Math.floor(keyword.length / 3));
  const near = [...keywords()].filter((one) => Math.abs(one.length - keyword.length) <= mistakes);
  const meant = keyword.length > 64 ? undefined : nearest(keyword, near);
  const hint = meant
    ? `; did you mean ${meant}?`
    : '; write a tag, (gggg,eeee), where there is none';
  const shown = keyword.slice(0, 64);
  return new PathError('KEYWORD_UNKNOWN', path, position, `${shown} is no DICOM keyword${hint}`);
}
