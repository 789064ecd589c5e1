import { EngineError, type Role } from '@consort/core';
import { createHash, randomBytes } from 'node:crypto';
import { checkName } from './name.ts';
import { changeUsers, type KnownToken } from './users-file.ts';

const day = 86_400_000;

/** Days that a token may be good for. */
export const longestDays = 366;

/**
 * Makes a token for a program.
 * @returns the token itself, which is kept nowhere and cannot be shown again
 * @throws EngineError USAGE, USERS_UNFIT
 */
export async function createToken(
  file: string,
  wanted: { readonly name: string; readonly roles: readonly Role[]; readonly days: number },
): Promise<{ readonly token: string; readonly id: string; readonly expiresAt: string }> {
  checkName(wanted.name, 'token');
  if (!Number.isInteger(wanted.days) || wanted.days < 1 || wanted.days > longestDays) {
    throw new EngineError('USAGE', `a token is good for 1 to ${longestDays} days`);
  }
  const token = `consort_${randomBytes(32).toString('base64url')}`;
  const now = Date.now();
  const kept: KnownToken = {
    id: randomBytes(4).toString('hex'),
    name: wanted.name,
    roles: [...wanted.roles],
    digest: tokenDigest(token),
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + wanted.days * day).toISOString(),
  };
  await changeUsers(file, ({ users, tokens }) => ({ users, tokens: [...tokens, kept] }));
  return { token, id: kept.id, expiresAt: kept.expiresAt };
}

/** Revokes a token. @throws EngineError NOT_FOUND, USERS_UNFIT */
export async function revokeToken(file: string, id: string): Promise<void> {
  await changeUsers(file, ({ users, tokens }) => {
    const others = tokens.filter((token) => token.id !== id);
    if (others.length < tokens.length) return { users, tokens: others };
    throw new EngineError('NOT_FOUND', `there is no token ${JSON.stringify(id)}`);
  });
}

/** By which a token is known. It is random and long: nothing slower is needed. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
