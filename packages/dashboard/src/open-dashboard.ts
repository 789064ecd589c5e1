import { EngineError, type MessageReader } from '@consort/core';
import fastify, { type FastifyInstance } from 'fastify';
import { checkAddress, isOwnName, pageUrl, type Reach } from './address.ts';
import { serveBullBoard, type BullQueue } from './bull-board.ts';
import { securityHeaders } from './headers.ts';
import { assets } from './page/assets.ts';
import { renderContent } from './page/content.ts';
import { renderPage } from './page/page.ts';
import { renderUnreadable } from './page/unreadable.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { serveProbes } from './metrics/serve-probes.ts';
import type { MetricsSource } from './metrics/source.ts';
import { readStatus } from './status.ts';

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
  /** What `/metrics` tells besides the record; without it there is no such page. */
  readonly metrics?: MetricsSource;
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
 * Serves the read-only first page: `/`, `/api/status` (the same as JSON), `/livez`, `/readyz`, `/metrics`, and bull-board at
 * `/queues/bull`.
 * @throws EngineError PAGE_UNAVAILABLE when the address is not this machine's own, or is taken
 */
export async function openDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1', port = 7070, reach = 'loopback', reader, queues, metrics } = options;
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
  serveProbes(app, reader);
  if (metrics) serveMetrics(app, reader, metrics);
  for (const { path, type, bytes } of assets()) {
    app.get(path, (_request, reply) => reply.type(type).send(bytes));
  }
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
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ text: 'there is no such page' }),
  );
}

function serveStatus(app: FastifyInstance, reader: MessageReader): void {
  app.get('/', async (_request, reply) => {
    const { code, title, content } = await rendered(reader);
    return reply.code(code).type('text/html; charset=utf-8').send(renderPage(title, content));
  });
  // The part of the page that changes; the page fetches it every 2 s.
  app.get('/content', async (_request, reply) => {
    const { code, content } = await rendered(reader);
    return reply.code(code).type('text/html; charset=utf-8').send(content.text);
  });
  app.get('/api/status', () => readStatus(reader));
}

async function rendered(reader: MessageReader) {
  try {
    const status = await readStatus(reader);
    const title = status.production?.name ?? 'No production yet';
    return { code: 200, title, content: renderContent(status) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { code: 503, title: 'The record cannot be read', content: renderUnreadable(error) };
  }
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
