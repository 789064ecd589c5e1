import { EngineError } from '@consort/core';

/** Says whether a name can be told from all others. In the audit trail `local` and `nobody` are others than users. */
export function isName(name: string): boolean {
  return /^[\w.@-]{1,100}$/.test(name) && !/^(local|nobody)$/i.test(name);
}

/** @throws EngineError USAGE for a name that will not do */
export function checkName(name: string, whose: 'user' | 'token'): void {
  if (isName(name)) return;
  throw new EngineError(
    'USAGE',
    `the name of a ${whose} has up to 100 letters, digits, and . @ _ -; local and nobody are taken`,
  );
}
