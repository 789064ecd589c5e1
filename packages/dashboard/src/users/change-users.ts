import { EngineError } from '@consort/core';
import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../api/route.ts';
import { hashPassword } from './password.ts';
import { changeUsers, type KnownToken } from './users-file.ts';

const day = 86_400_000;

/** PS of a password: its length is what counts. */
const shortest = 12;

/**
 * Adds a user, or gives one another password and other roles.
 * @throws EngineError USAGE for a name or password that will not do, USERS_UNFIT
 */
export async function putUser(
  file: string,
  user: { readonly name: string; readonly password: string; readonly roles: readonly Role[] },
): Promise<void> {
  checkName(user.name, 'user');
  if (user.password.length < shortest || user.password.length > 1000) {
    throw new EngineError('USAGE', `a password has at least ${shortest} characters`);
  }
  const password = await hashPassword(user.password);
  const added = { name: user.name, roles: [...user.roles], password };
  await changeUsers(file, ({ users, tokens }) => ({
    users: [...users.filter(({ name }) => name !== user.name), added],
    tokens,
  }));
}

/** Removes a user. @throws EngineError NOT_FOUND, USERS_UNFIT */
export async function removeUser(file: string, name: string): Promise<void> {
  await changeUsers(file, ({ users, tokens }) => {
    const others = users.filter((user) => user.name !== name);
    if (others.length < users.length) return { users: others, tokens };
    throw new EngineError('NOT_FOUND', `there is no user ${JSON.stringify(name)}`);
  });
}

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
  if (!Number.isInteger(wanted.days) || wanted.days < 1 || wanted.days > 366) {
    throw new EngineError('USAGE', 'a token is good for 1 to 366 days');
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

/** In the audit trail `local` and `nobody` are others than users. */
function checkName(name: string, whose: 'user' | 'token'): void {
  if (/^[\w.@-]{1,100}$/.test(name) && !/^(local|nobody)$/i.test(name)) return;
  throw new EngineError(
    'USAGE',
    `the name of a ${whose} has up to 100 letters, digits, and . @ _ -; local and nobody are taken`,
  );
}
