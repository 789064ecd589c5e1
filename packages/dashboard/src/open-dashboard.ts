import { EngineError, type MessageReader, type OpenIdConnect } from '@consort/core';
import { rm } from 'node:fs/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { builtApp } from './app/app-files.ts';
import { serveApp } from './app/serve-app.ts';
import { checkAddress, pageUrl } from './address.ts';
import { serveBullBoard, type BullQueue } from './bull-board.ts';
import type { RunningEngine } from './engine.ts';
import { guard } from './guard.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { serveProbes } from './metrics/serve-probes.ts';
import type { MetricsSource } from './metrics/source.ts';
import { auditTrail } from './serve/audit-trail.ts';
import { serveApi } from './serve/serve-api.ts';
import { checkProxies } from './trusted-proxies.ts';
import { accessFor } from './users/access.ts';

/** What the dashboard is opened with. */
export interface DashboardOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 is any free port. Default 7070. */
  readonly port?: number;
  /**
   * The file of users: once there is one in it, everybody has to log in. Without users only this machine may be
   * served. Absent: there are none.
   */
  readonly users?: string;
  /** The OpenID provider that the production file names now; undefined where it names none. Absent: there is none. */
  openIdConnect?(): OpenIdConnect | undefined;
  /**
   * IP addresses and networks of proxies whose X-Forwarded-For, -Proto and -Host are believed. Default: nobody's are.
   */
  readonly trustedProxies?: readonly string[];
  /** The record; stays the caller's to close. */
  readonly reader: MessageReader;
  /** The same record for `/readyz`, so that it does not wait behind what users search for. Default: `reader`. */
  readonly probeReader?: MessageReader;
  /** What a running production does when it is asked to; absent: the record is only read. */
  readonly engine?: RunningEngine;
  /** Where the built app is. Default: where the build leaves it. */
  readonly app?: string;
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
 * Serves the operators' app, the API below `/api`, `/livez`, `/readyz`, `/metrics`, and bull-board at `/queues/bull`.
 * @throws EngineError PAGE_UNAVAILABLE when others can reach the address, or come through a proxy, and there are no
 *   users; when the address is taken; for a proxy that is no address;
 *   USERS_UNFIT
 */
export async function openDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1', port = 7070, reader, engine, queues, metrics } = options;
  const access = await accessFor(options.users, {
    settings: () => options.openIdConnect?.(),
    log: (text) => engine?.log({ type: 'Warning', code: 'LOGIN_FAILED', text }),
  });
  const { trustedProxies = [] } = options;
  checkAddress(host, access);
  checkProxies(trustedProxies, access);
  // What a crash has left of files that were sent by hand: nobody reads them any more.
  if (engine) await rm(engine.uploads, { recursive: true, force: true });
  const app = fastify({
    forceCloseConnections: true,
    // For the whole of a request: a file of half a gigabyte may be sent by hand. Its head has 10 s.
    requestTimeout: 300_000,
    http: { headersTimeout: 10_000 },
    bodyLimit: 1024,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // bull-board has host names in its paths.
    routerOptions: { maxParamLength: 1000 },
  });
  const trail = auditTrail(engine);
  guard(app, host, { access, trail });
  serveProbes(app, options.probeReader ?? reader);
  if (metrics) serveMetrics(app, reader, metrics);
  serveApi(app, { reader, access, trail, ...(engine ? { engine } : {}) });
  await serveApp(app, reader, options.app ?? builtApp);
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
