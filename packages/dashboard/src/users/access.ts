import { EngineError, type OpenIdConnect } from '@consort/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answered, Asked } from '../answers/context.ts';
import { accessOfUsers } from './access-of-users.ts';
import { localUser, type Identity } from './identity.ts';
import { readUsers } from './users-file.ts';

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
  /** @throws EngineError USAGE where no provider is configured, OPENID_UNAVAILABLE, TOO_MANY_REQUESTS */
  beginOpenIdLogin(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Answered<'beginOpenIdLogin'>>;
  /** Begins a session. @throws EngineError LOGIN_FAILED, FORBIDDEN, and as `beginOpenIdLogin` */
  openIdLogin(
    given: Asked<'openIdLogin'>['body'],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Answered<'openIdLogin'>>;
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

/** What access knows of an OpenID provider. */
export interface OpenIdParts {
  /** As the production file names it now; undefined where it names none. */
  settings(): OpenIdConnect | undefined;
  /** Tells why a login was refused. */
  log(text: string): void;
}

/**
 * Access to the page: for the users of a file where it has any and for those whom an OpenID provider vouches for, else for
 * whoever is on this machine.
 * @throws EngineError USERS_UNFIT
 */
export async function accessFor(
  file: string | undefined,
  openId: OpenIdParts = noProvider,
): Promise<Access> {
  if (file === undefined) return openAccess;
  const { users, tokens } = await readUsers(file);
  const isLoginRequired = users.length + tokens.length > 0 || openId.settings() !== undefined;
  return isLoginRequired ? accessOfUsers(file, openId) : { ...openAccess, users: file };
}

const noProvider: OpenIdParts = { settings: () => undefined, log: () => undefined };

/** Where nobody is asked for a login: the page is served to this machine alone, and there are no users. */
const openAccess: Access = {
  isLoginRequired: false,
  identify: () => Promise.resolve(localUser),
  recognise: () => Promise.resolve(localUser),
  isUser: () => Promise.resolve(false),
  me: () => Promise.resolve({ user: { ...localUser }, isLoginRequired: false }),
  login: () => Promise.reject(noLogin()),
  logout: () => Promise.reject(noLogin()),
  beginOpenIdLogin: () => Promise.reject(noLogin()),
  openIdLogin: () => Promise.reject(noLogin()),
  changePassword: () => Promise.reject(noLogin()),
  endOtherSessions: () => Promise.reject(noLogin()),
};

function noLogin(): EngineError {
  return new EngineError(
    'USAGE',
    'there is no login here: the page is served to this machine alone; production user add makes one needed',
  );
}
