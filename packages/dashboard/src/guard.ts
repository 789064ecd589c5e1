import { EngineError } from '@consort/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOwnName } from './address.ts';
import { bullBoardPath } from './bull-board.ts';
import { securityHeaders } from './headers.ts';
import type { AuditTrail } from './serve/audit-trail.ts';
import { identified } from './serve/identified.ts';
import { refusalOf } from './serve/refusal.ts';
import type { Access } from './users/access.ts';

/** What the guard asks who somebody is. */
interface GuardParts {
  readonly access: Access;
  readonly trail: AuditTrail;
}

/**
 * What holds for every request, also one for a path that does not exist. It goes by the route that was found, not by the
 * URL: one route can be written in many ways, `/%6detrics` say.
 */
export function guard(app: FastifyInstance, host: string, parts: GuardParts): void {
  const { access } = parts;
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    // Where everybody logs in, a stranger's name brings a browser without the cookie, and so nothing.
    if (!access.isLoginRequired && !isOwnName(request.headers.host, host)) {
      return refuse(reply, forbidden('this server does not go by the name in the Host header'));
    }
    if (isForeign(request)) {
      return refuse(reply, forbidden('this server answers no page but its own'));
    }
    const route = request.routeOptions.url ?? '';
    if (isForViewers(route)) {
      const reason = await whyNoViewer(request, parts);
      if (reason) return refuse(reply, reason);
    }
    // Where there is no such route its URL only decides in which words that is said.
    if (!(route || request.url).startsWith('/api/') && !['GET', 'HEAD'].includes(request.method)) {
      return reply
        .code(405)
        .header('allow', 'GET, HEAD')
        .send({ code: 'USAGE', text: 'this page is read-only' });
    }
    return undefined;
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, code, text } = refusalOf(error);
    return reply.code(status).send({ code, text });
  });
}

/** bull-board and metrics show ids of messages and names of hosts: whoever sees them has logged in. */
function isForViewers(route: string): boolean {
  return route.startsWith(bullBoardPath) || route === '/metrics';
}

async function whyNoViewer(request: FastifyRequest, parts: GuardParts): Promise<unknown> {
  const action = request.routeOptions.url === '/metrics' ? 'metrics' : 'bullBoard';
  try {
    if (await identified(request, action, parts)) return undefined;
    return new EngineError('LOGIN_REQUIRED', 'log in on the first page');
  } catch (error) {
    return error;
  }
}

/** Answers here: bull-board has an error handler of its own, which knows none of our errors. */
function refuse(reply: FastifyReply, reason: unknown) {
  const { status, code, text } = refusalOf(reason);
  return reply.code(status).send({ code, text });
}

function forbidden(text: string): EngineError {
  return new EngineError('FORBIDDEN', text);
}

/**
 * Says whether a page of somebody else has made the browser ask. Whoever is no browser sends neither header, and has
 * no cookie that a stranger could make it use.
 */
function isForeign(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  // Behind a trusted proxy that is the name that the browser asked for.
  if (origin !== undefined) return originHost(origin) !== request.host.toLowerCase();
  const site = request.headers['sec-fetch-site'];
  return (site === 'cross-site' || site === 'same-site') && !isAppPage(request);
}

/** A link from elsewhere may lead to a page of the app, not to what it shows. */
function isAppPage({ routeOptions: { url } }: FastifyRequest): boolean {
  return url === undefined || url === '/';
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
