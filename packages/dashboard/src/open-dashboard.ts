import { EngineError, type MessageReader } from '@consort/core';
import fastify, { type FastifyInstance } from 'fastify';
import { serveApp } from './app/serve-app.ts';
import { checkAddress, isOwnName, pageUrl, type Reach } from './address.ts';
import { serveBullBoard, type BullQueue } from './bull-board.ts';
import { securityHeaders } from './headers.ts';
import { readStatus, reasonsNotReady } from './status.ts';

/** What the dashboard is opened with. */
export interface DashboardOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 is any free port. Default 7070. */
  readonly port?: number;
  /** `network` allows the host to be 0.0.0.0 or ::, for a container. Default `loopback`. */
  readonly reach?: Reach;
  /** The record; stays the caller's to close. */
  readonly reader: MessageReader;
  /** What bull-board shows; stay the caller's to close. */
  readonly queues: readonly BullQueue[];
}

/** A dashboard that answers. */
export interface Dashboard {
  /** As a browser on this machine opens it, without a slash at the end. */
  readonly url: string;
  /** Puts other queues in the place of those that bull-board shows. */
  showQueues(queues: readonly BullQueue[]): void;
  close(): Promise<void>;
}

/**
 * Serves the operators' app, `/api/status`, `/livez`, `/readyz`, and bull-board at `/queues/bull`.
 * @throws EngineError PAGE_UNAVAILABLE when the address is not this machine's own, or is taken
 */
export async function openDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1', port = 7070, reach = 'loopback', reader, queues } = options;
  checkAddress(host, reach);
  const app = fastify({
    forceCloseConnections: true,
    requestTimeout: 10_000,
    bodyLimit: 1024,
    // bull-board has host names in its paths.
    routerOptions: { maxParamLength: 1000 },
  });
  guard(app, host);
  serveStatus(app, reader);
  await serveApp(app, reader);
  const bullBoard = await serveBullBoard(app, queues);
  await listen(app, host, port);
  const address = app.addresses()[0];
  const bound = typeof address === 'object' ? address.port : port;
  return {
    url: pageUrl(host, bound),
    showQueues: bullBoard.showQueues,
    close: () => app.close(),
  };
}

/** What holds for every request, also one for a path that does not exist. */
function guard(app: FastifyInstance, host: string): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (!isOwnName(request.headers.host, host)) {
      return reply
        .code(403)
        .send({ text: 'this server does not go by the name in the Host header' });
    }
    if (!['GET', 'HEAD'].includes(request.method)) {
      return reply
        .code(405)
        .header('allow', 'GET, HEAD')
        .send({ text: 'this server is read-only' });
    }
    return undefined;
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof EngineError) {
      return reply.code(503).send({ code: error.code, text: error.message });
    }
    // What it says was not written to be read by everyone.
    return reply.code(500).send({ text: 'the page has a fault' });
  });
}

function serveStatus(app: FastifyInstance, reader: MessageReader): void {
  app.get('/api/status', () => readStatus(reader));
  app.get('/livez', (_request, reply) => reply.send({ live: true }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = reasonsNotReady(await readStatus(reader));
    return reply
      .code(reasons.length === 0 ? 200 : 503)
      .send({ ready: reasons.length === 0, reasons });
  });
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw unavailable(host, port, error);
  }
}

function unavailable(host: string, port: number, cause: unknown): EngineError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === 'EADDRINUSE' ? 'another program listens there' : message;
  return new EngineError(
    'PAGE_UNAVAILABLE',
    `the page cannot be served on ${host}:${port}: ${reason}; choose another port with --page 127.0.0.1:${port + 1}, ` +
      'or do without the page with --page off',
    { cause },
  );
}
