import { EngineError } from '@consort/core';
import type { Role } from '@consort/dashboard/users';

const known: readonly Role[] = ['viewer', 'operator', 'phi-reader', 'admin'];

/** Reads roles from the command line. @throws EngineError USAGE */
export function rolesOf(given: readonly string[]): readonly Role[] {
  return given.map((text) => {
    const role = known.find((one) => one === text);
    if (role) return role;
    throw new EngineError(
      'USAGE',
      `${JSON.stringify(text)} is no role; there are ${known.join(', ')}`,
    );
  });
}
