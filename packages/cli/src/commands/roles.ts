import { EngineError, roles, type Role } from '@consort/core';

/** Reads roles from the command line. @throws EngineError USAGE */
export function rolesOf(given: readonly string[]): readonly Role[] {
  return given.map((text) => {
    const role = roles.find((one) => one === text);
    if (role) return role;
    throw new EngineError(
      'USAGE',
      `${JSON.stringify(text)} is no role; there are ${roles.join(', ')}`,
    );
  });
}
