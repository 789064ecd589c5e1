import { EngineError } from '@consort/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openOpenIdLogin } from '../open-id/open-id-login.ts';
import type { Access, OpenIdParts } from './access.ts';
import { countAttempts } from './attempts.ts';
import { hashNew, withPassword } from './change-users.ts';
import { cookieName, cookieOf, setCookie } from './cookie.ts';
import { byOpenId, identifier, loginFailed, sessionUser, userOf } from './identify.ts';
import { isPassword, noPassword } from './password.ts';
import { openSessions, type Session } from './sessions.ts';
import { changeUsers } from './users-file.ts';

/** The cookie of a browser that is at its provider, and the seconds it has there. */
const openIdCookie = 'consort-openid';
const atProvider = 600;

/** Access for the users of a file, and for those whom an OpenID provider vouches for. */
export function accessOfUsers(file: string, openId: OpenIdParts): Access {
  const sessions = openSessions();
  const attempts = countAttempts();
  const { settings } = openId;
  const { identify, recognise } = identifier({ file, sessions, attempts, settings });
  const openIdLogin = openOpenIdLogin(openId.log);

  /** @throws EngineError LOGIN_FAILED, TOO_MANY_REQUESTS */
  async function byPassword(name: string, password: string, { ip }: FastifyRequest) {
    attempts.check(ip, name);
    // Counted before the answer is known: ten at once are ten attempts.
    const takeBack = attempts.failed(ip, name);
    const user = await userOf(file, name);
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

  /** @throws EngineError USAGE */
  function configured() {
    const found = settings();
    if (found) return found;
    throw new EngineError('USAGE', 'the production file names no provider under openIdConnect');
  }

  return {
    isLoginRequired: true,
    users: file,
    identify,
    recognise,
    isUser: async (name) => (await userOf(file, name)) !== undefined,
    async me(request) {
      const user = await identify(request);
      const provider = settings();
      return {
        ...(user ? { user: { ...user } } : {}),
        isLoginRequired: true,
        ...(provider ? { openId: { label: provider.label } } : {}),
      };
    },
    async login({ name, password }, request, reply) {
      const user = await byPassword(name, password, request);
      begin({ user: user.name, nonce: user.password.nonce }, request, reply);
      return { user: sessionUser(user) };
    },
    async logout(request, reply) {
      const value = cookieOf(request, cookieName);
      const session = value === undefined ? undefined : sessions.look(value);
      if (value !== undefined) sessions.end(value);
      void reply.header('set-cookie', setCookie(cookieName, '', 0, request));
      const provider = settings();
      const isItsOwn = session && 'issuer' in session && session.issuer === provider?.issuer;
      const url = isItsOwn ? await openIdLogin.logoutUrl(provider) : undefined;
      return { isLoggedOut: true, ...(url === undefined ? {} : { url }) };
    },
    async beginOpenIdLogin(request, reply) {
      const { url, browser } = await openIdLogin.begin(configured(), request.ip);
      void reply.header('set-cookie', setCookie(openIdCookie, browser, atProvider, request));
      return { url };
    },
    async openIdLogin(given, request, reply) {
      const provider = configured();
      attempts.check(request.ip);
      const takeBack = attempts.failed(request.ip);
      const browser = cookieOf(request, openIdCookie);
      const session = await openIdLogin.end(provider, { ...given, browser });
      const user = byOpenId(session, provider);
      if (!user) throw loginFailed();
      takeBack();
      begin(session, request, reply);
      void reply.header('set-cookie', setCookie(openIdCookie, '', 0, request));
      return { user };
    },
    async changePassword({ password, newPassword }, request, reply) {
      const asks = await identify(request);
      if (asks?.how !== 'session') throw noPasswordOfOnesOwn();
      const { name } = await byPassword(asks.name, password, request);
      const hashed = await hashNew(newPassword);
      await changeUsers(file, withPassword(name, hashed));
      // Those that were begun with the old one have ended, this one too; not where he has logged out meanwhile.
      const value = cookieOf(request, cookieName);
      if (value !== undefined && sessions.look(value)) {
        sessions.end(value);
        begin({ user: name, nonce: hashed.nonce }, request, reply);
      }
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

function noPasswordOfOnesOwn(): EngineError {
  return new EngineError('USAGE', 'only a user who has logged in with a password changes it');
}

function noSession(): EngineError {
  return new EngineError('USAGE', 'a token has no sessions; only a user who has logged in has');
}
