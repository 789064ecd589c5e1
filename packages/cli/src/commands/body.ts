import { readFileSync } from 'node:fs';
import { EngineError } from '@consort/core';

/** What `--body` says of itself in the help. */
export const bodyHelp = 'JSON, or a file of JSON (- is standard input)';

/**
 * Reads a body from the command line.
 * @throws EngineError USAGE when it is neither JSON nor a file of JSON
 */
export function readBody(given: string): unknown {
  const isText = /^\s*\{/.test(given);
  const text = isText ? given : read(given);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not the words of the parser: they quote what stands there.
    const where = isText ? 'the --body given' : given;
    throw new EngineError('USAGE', `${where} is not JSON; write it like {"type": "my.type"}`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    throw new EngineError('USAGE', `cannot read the body from ${path}: ${code ?? 'no reason'}`);
  }
}
