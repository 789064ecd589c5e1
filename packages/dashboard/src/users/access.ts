import { EngineError } from '@consort/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import type { Answered, Asked } from '../answers/context.ts';
import { countAttempts } from './attempts.ts';
import { tokenDigest } from './change-tokens.ts';
import { hashNew, withPassword } from './change-users.ts';
import { cookieName, cookieOf, setCookie } from './cookie.ts';
import { localUser, type Identity } from './identity.ts';
import { isPassword, noPassword } from './password.ts';
import { openSessions, type Session } from './sessions.ts';
import { changeUsers, readUsers, type KnownUser, type Users } from './users-file.ts';

/** Who asks, and how somebody becomes known. */
export interface Access {
  readonly isLoginRequired: boolean;
  /** The file of users; absent where there is none. */
  readonly users?: string;
  /** Who sends a request; undefined when nobody that is known. @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS for a bad token */
  identify(request: FastifyRequest): Promise<Identity | undefined>;
  /** The same, for one who listens on: neither an attempt nor a sign of life. Undefined also for a bad token. */
  recognise(request: FastifyRequest): Promise<Identity | undefined>;
  isUser(name: string): Promise<boolean>;
  me(request: FastifyRequest): Promise<Answered<'me'>>;
  /** Begins a session. @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS */
  login(
    given: Asked<'login'>['body'],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Answered<'login'>>;
  logout(request: FastifyRequest, reply: FastifyReply): Promise<Answered<'logout'>>;
  /**
   * Gives whoever asks another password, and his session goes on.
   * @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS for another password than he has; USAGE
   */
  changePassword(
    given: Asked<'changePassword'>['body'],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Answered<'changePassword'>>;
  /** @throws EngineError USAGE for whoever has no session */
  endOtherSessions(request: FastifyRequest): Promise<Answered<'endOtherSessions'>>;
}

/**
 * Access to the page: for the users of a file where it has any, else for whoever is on this machine.
 * @throws EngineError USERS_UNFIT
 */
export async function accessFor(file: string | undefined): Promise<Access> {
  if (file === undefined) return openAccess;
  const { users, tokens } = await readUsers(file);
  if (users.length + tokens.length > 0) return accessOfUsers(file);
  return { ...openAccess, users: file };
}

/** Where nobody is asked for a login: the page is served to this machine alone, and there are no users. */
const openAccess: Access = {
  isLoginRequired: false,
  identify: () => Promise.resolve(localUser),
  recognise: () => Promise.resolve(localUser),
  isUser: () => Promise.resolve(false),
  me: () => Promise.resolve({ user: { ...localUser }, isLoginRequired: false }),
  login: () => Promise.reject(noLogin()),
  logout: () => Promise.reject(noLogin()),
  changePassword: () => Promise.reject(noLogin()),
  endOtherSessions: () => Promise.reject(noLogin()),
};

/**
 * Access for the users of a file alone. It is read again for each request: who is removed is out at once.
 */
function accessOfUsers(file: string): Access {
  const sessions = openSessions();
  const attempts = countAttempts();

  async function identify(request: FastifyRequest): Promise<Identity | undefined> {
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
  }

  /** His session ends with the password that he logged in with, also when he is made again. */
  async function bySession(value: string, session: Session | undefined) {
    if (!session) return undefined;
    const user = await userOf(session.user);
    if (user && !user.isLocked && 'nonce' in session && user.password.nonce === session.nonce)
      return sessionUser(user);
    sessions.end(value);
    return undefined;
  }

  async function userOf(name: string): Promise<KnownUser | undefined> {
    return (await readUsers(file)).users.find((one) => one.name === name);
  }

  /** @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS */
  async function byPassword(name: string, password: string, { ip }: FastifyRequest) {
    attempts.check(ip, name);
    // Counted before the answer is known: ten at once are ten attempts.
    const takeBack = attempts.failed(ip, name);
    const user = await userOf(name);
    const isRight = await isPassword(password, user?.password ?? noPassword);
    if (!user || user.isLocked || !isRight) throw loginFailed();
    // Only his own: else whoever has one password could try others for ever.
    takeBack();
    return user;
  }

  function begin(session: Session, request: FastifyRequest, reply: FastifyReply): void {
    const value = sessions.begin(session);
    void reply.header('set-cookie', setCookie(cookieName, value, 12 * 3600, request));
  }

  return {
    isLoginRequired: true,
    users: file,
    identify,
    async recognise(request) {
      const { authorization } = request.headers;
      if (authorization !== undefined) return byToken(await readUsers(file), authorization);
      const value = cookieOf(request, cookieName);
      return value === undefined ? undefined : bySession(value, sessions.look(value));
    },
    isUser: async (name) => (await userOf(name)) !== undefined,
    async me(request) {
      const user = await identify(request);
      return { ...(user ? { user: { ...user } } : {}), isLoginRequired: true };
    },
    async login({ name, password }, request, reply) {
      const user = await byPassword(name, password, request);
      begin({ user: user.name, nonce: user.password.nonce }, request, reply);
      return { user: sessionUser(user) };
    },
    async logout(request, reply) {
      const value = cookieOf(request, cookieName);
      if (value !== undefined) sessions.end(value);
      void reply.header('set-cookie', setCookie(cookieName, '', 0, request));
      return { isLoggedOut: true };
    },
    async changePassword({ password, newPassword }, request, reply) {
      const asks = await identify(request);
      if (asks?.how !== 'session') throw noPasswordOfOnesOwn();
      const { name } = await byPassword(asks.name, password, request);
      const hashed = await hashNew(newPassword);
      await changeUsers(file, withPassword(name, hashed));
      // Those that were begun with the old one have ended, this one too.
      begin({ user: name, nonce: hashed.nonce }, request, reply);
      return { isChanged: true };
    },
    async endOtherSessions(request) {
      const value = cookieOf(request, cookieName);
      const asks = await identify(request);
      if (value === undefined || asks?.how === 'token') throw noSession();
      return { ended: sessions.endOthers(value) };
    },
  };
}

function sessionUser({ name, roles }: KnownUser): Identity & { readonly how: 'session' } {
  return { name, roles, how: 'session' };
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

function loginFailed(): EngineError {
  return new EngineError(
    'LOGIN_FAILED',
    'no user has that name and password, or the token is not good any more',
  );
}

function noPasswordOfOnesOwn(): EngineError {
  return new EngineError('USAGE', 'only a user who has logged in with a password changes it');
}

function noSession(): EngineError {
  return new EngineError('USAGE', 'a token has no sessions; only a user who has logged in has');
}

function noLogin(): EngineError {
  return new EngineError(
    'USAGE',
    'there is no login here: the page is served to this machine alone; production user add makes one needed',
  );
}
