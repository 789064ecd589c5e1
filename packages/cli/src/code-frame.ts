import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { SourcePlace } from '@consort/core';

const widest = 100;

/**
 * A place in a source file as text for a console: `file:line:column`, the line, a caret.
 * Only the place where the file cannot be read or has no such line any more.
 */
export function codeFrame({ file, line, column }: SourcePlace): string {
  const head = `${shownPath(file)}:${line}:${column}`;
  const text = lineOf(file, line);
  if (text === undefined || text.trim() === '') return head;
  // Of a long line only what is around the place.
  const from = column > widest ? column - widest / 2 : 0;
  const part = text.slice(from, from + widest).replace(/\p{Cc}/gu, ' ');
  const caret = ' '.repeat(Math.max(0, column - 1 - from));
  return `${head}\n${String(line).padStart(5)} | ${part.trimEnd()}\n${' '.repeat(5)} | ${caret}^`;
}

/** Reads `file:line:column`, as the details of an event have it; undefined when it is none. */
export function parsePlace(text: string): SourcePlace | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(text) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

function lineOf(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')[line - 1];
  } catch {
    return undefined;
  }
}

function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
