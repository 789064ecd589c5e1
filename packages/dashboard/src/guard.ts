import { EngineError } from '@consort/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOwnName } from './address.ts';
import { securityHeaders } from './headers.ts';
import { refusalOf } from './serve/refusal.ts';
import type { Access } from './users/access.ts';

/** What holds for every request, also one for a path that does not exist. */
export function guard(app: FastifyInstance, host: string, access: Access): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    // Where everybody logs in, a stranger's name brings a browser without the cookie, and so nothing.
    if (!access.isLoginRequired && !isOwnName(request.headers.host, host)) {
      return refuse(reply, 'this server does not go by the name in the Host header');
    }
    if (isForeign(request)) {
      return refuse(reply, 'this server answers no page but its own');
    }
    await requireViewer(request, access);
    const isApi = request.url.startsWith('/api/');
    if (!isApi && !['GET', 'HEAD'].includes(request.method)) {
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
async function requireViewer(request: FastifyRequest, access: Access): Promise<void> {
  if (!/^\/(queues\/bull|metrics)/.test(request.url) || !access.isLoginRequired) return;
  const user = await access.identify(request);
  if (!user) throw new EngineError('LOGIN_REQUIRED', 'log in on the first page');
}

function refuse(reply: FastifyReply, text: string) {
  const { code } = new EngineError('FORBIDDEN', text);
  return reply.code(403).send({ code, text });
}

/**
 * Says whether a page of somebody else has made the browser ask. Whoever is no browser sends neither header, and has
 * no cookie that a stranger could make it use.
 */
function isForeign({ headers, url }: FastifyRequest): boolean {
  const { origin, host = '' } = headers;
  if (origin !== undefined) return originHost(origin) !== host.toLowerCase();
  const site = headers['sec-fetch-site'];
  // A link from elsewhere may lead to the page, not to what it shows.
  return url.startsWith('/api/') && (site === 'cross-site' || site === 'same-site');
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
