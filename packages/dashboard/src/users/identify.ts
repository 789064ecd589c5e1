import { EngineError, type OpenIdConnect } from '@consort/core';
import type { FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { rolesOf } from '../open-id/groups.ts';
import type { Attempts } from './attempts.ts';
import { tokenDigest } from './change-tokens.ts';
import { cookieName, cookieOf } from './cookie.ts';
import type { Identity } from './identity.ts';
import type { OpenIdSession, Session, Sessions } from './sessions.ts';
import { readUsers, type KnownUser, type Users } from './users-file.ts';

/** What says who somebody is. */
interface Parts {
  /** The file of users. It is read again for each request: who is removed is out at once. */
  readonly file: string;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  settings(): OpenIdConnect | undefined;
}

/** Says who sends a request, by its token or its session. */
export function identifier({ file, sessions, attempts, settings }: Parts) {
  async function bySession(value: string, session: Session | undefined) {
    if (!session) return undefined;
    const user =
      'nonce' in session
        ? await byPassword(session.user, session.nonce)
        : byOpenId(session, settings());
    if (!user) sessions.end(value);
    return user;
  }

  /** His session ends with the password that he logged in with, also when he is made again. */
  async function byPassword(name: string, nonce: string): Promise<Identity | undefined> {
    const user = await userOf(file, name);
    return user && !user.isLocked && user.password.nonce === nonce ? sessionUser(user) : undefined;
  }

  return {
    /** @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS for a bad token */
    async identify(request: FastifyRequest): Promise<Identity | undefined> {
      const { authorization } = request.headers;
      if (authorization !== undefined) {
        // Looked up first: a stranger behind the same proxy shuts out no program with a good token.
        const found = byToken(await readUsers(file), authorization);
        if (found) return found;
        attempts.check(request.ip);
        attempts.failed(request.ip);
        throw loginFailed();
      }
      const value = cookieOf(request, cookieName);
      return value === undefined ? undefined : bySession(value, sessions.use(value));
    },
    /** For one who listens on: neither an attempt nor a sign of life. */
    async recognise(request: FastifyRequest): Promise<Identity | undefined> {
      const { authorization } = request.headers;
      if (authorization !== undefined) return byToken(await readUsers(file), authorization);
      const value = cookieOf(request, cookieName);
      return value === undefined ? undefined : bySession(value, sessions.look(value));
    },
  };
}

/** A user of the file. @throws EngineError USERS_UNFIT */
export async function userOf(file: string, name: string): Promise<KnownUser | undefined> {
  return (await readUsers(file)).users.find((one) => one.name === name);
}

/** Who has logged in with a password. */
export function sessionUser({ name, roles }: KnownUser): Identity & { readonly how: 'session' } {
  return { name, roles, how: 'session' };
}

/**
 * Whom a provider has vouched for, with the roles that the production file gives his groups now; undefined when it is
 * another provider, or there are none any more.
 */
export function byOpenId(
  { user, issuer, groups }: OpenIdSession,
  settings: OpenIdConnect | undefined,
): (Identity & { readonly how: 'openid' }) | undefined {
  if (settings?.issuer !== issuer) return undefined;
  const roles = rolesOf(groups, settings);
  return roles.length > 0 ? { name: user, roles, how: 'openid' } : undefined;
}

/** Which of them was wrong is not said. */
export function loginFailed(): EngineError {
  return new EngineError(
    'LOGIN_FAILED',
    'no user has that name and password, or the token is not good any more',
  );
}

function byToken({ tokens }: Users, authorization: string): Identity | undefined {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer') return undefined;
  const digest = Buffer.from(tokenDigest(value));
  const found = tokens.find(
    (token) =>
      token.digest.length === digest.length && timingSafeEqual(Buffer.from(token.digest), digest),
  );
  if (!found || Date.parse(found.expiresAt) <= Date.now()) return undefined;
  return { name: `token:${found.name}`, roles: found.roles, how: 'token' };
}
