import { readFile } from 'node:fs/promises';
import { codeOf, EngineError, type Production } from '@consort/core';
import { openDashboard } from '@consort/dashboard';
import { putUser, readUsers, usersFile } from '@consort/dashboard/users';
import { openQueues } from '@consort/redis';
import { openReaderThread } from '@consort/store';
import type { ControlHandlers } from './control.ts';
import { metricsSource } from './metrics-source.ts';
import { engineOf } from './page/engine-of.ts';
import type { RunningProduction } from './run-production.ts';

/** A page that is served. */
export interface ServedPage {
  readonly url: string;
  /** Shows the queues of another version of the production. */
  show(production: Production): void;
  close(): Promise<void>;
}

/** Where the page is to be served. */
export interface PageAddress {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

/** How the page is to be served, besides where. */
export interface PageOptions {
  /** IP addresses and networks of proxies that are believed, with commas between them. Default: none. */
  readonly trustProxy?: string;
  /** Default: that of the process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Serves a production's page, and records its URL in the endpoints of the production.
 * An address that cannot be had is a Warning event and no page: images matter more than the page.
 * @param handlers what the page may have done: those of the control socket
 * @param where `127.0.0.1:7070`, `[::1]:7070`; `off` for no page
 */
export async function servePage(
  running: RunningProduction,
  handlers: ControlHandlers,
  where: string,
  { env = process.env, trustProxy }: PageOptions = {},
): Promise<ServedPage | undefined> {
  try {
    const address = parsePageAddress(where);
    const trustedProxies = trustProxy?.split(',') ?? [];
    return address && (await open(running, handlers, { ...address, trustedProxies }, env));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    running.log({ type: 'Warning', code: codeOf(error), text: error.message });
    return undefined;
  }
}

/**
 * Reads what `--page` was given; undefined for `off`.
 * @throws EngineError USAGE when it is neither `off` nor an address and a port
 */
export function parsePageAddress(where: string): PageAddress | undefined {
  if (where === 'off') return undefined;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(where);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || port > 65_535) {
    throw new EngineError(
      'USAGE',
      `the page cannot be served at ${JSON.stringify(where)}: that is no address and port; ` +
        'write --page 127.0.0.1:7070, or --page off',
    );
  }
  return { host, port };
}

async function open(
  running: RunningProduction,
  handlers: ControlHandlers,
  { host, port, trustedProxies }: PageAddress & { readonly trustedProxies: readonly string[] },
  env: NodeJS.ProcessEnv,
): Promise<ServedPage> {
  const { production, id, redisUrl, messages, dataDirectory } = running;
  const users = usersFile(dataDirectory);
  await addFirstUser(users, env);
  const queuesOf = ({ hosts }: Production) =>
    openQueues({
      url: redisUrl,
      prefix: `consort-${id}`,
      hosts: hosts.map(({ name }) => name),
    });
  let queues = queuesOf(production);
  const reader = openReaderThread(dataDirectory);
  // A thread of its own, which begins with the first probe.
  const probeReader = openReaderThread(dataDirectory);
  const engine = engineOf(running, handlers);
  try {
    const dashboard = await openDashboard({
      host,
      port,
      users,
      openIdConnect: () => running.production.openIdConnect,
      trustedProxies,
      reader,
      probeReader,
      engine,
      queues: queues.queues,
      metrics: metricsSource(running),
    });
    await recordUrl(messages, dashboard.url);
    return {
      url: dashboard.url,
      show(next) {
        const old = queues;
        queues = queuesOf(next);
        dashboard.showQueues(queues.queues);
        void old.close();
      },
      async close() {
        await dashboard.close();
        await engine.close();
        await reader.close();
        await probeReader.close();
        await queues.close();
      },
    };
  } catch (error) {
    await reader.close();
    await probeReader.close();
    await queues.close();
    throw error;
  }
}

/**
 * In a container nobody can type a command before the first start: a file has the password of the user admin, who is
 * made when there is nobody yet.
 */
async function addFirstUser(users: string, env: NodeJS.ProcessEnv): Promise<void> {
  const file = env['CONSORT_PAGE_PASSWORD_FILE'];
  if (!file || (await readUsers(users)).users.length > 0) return;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new EngineError(
      'PAGE_UNAVAILABLE',
      `the page is not served: ${file}, which CONSORT_PAGE_PASSWORD_FILE names, cannot be read`,
    );
  });
  await putUser(users, { name: 'admin', password: text.trim(), roles: ['admin'] });
}

/** The page works without it; a record that is away says so on the page. */
async function recordUrl(messages: RunningProduction['messages'], url: string): Promise<void> {
  try {
    const { endpoints } = (await messages.production()) ?? {};
    await messages.setProduction({ endpoints: { ...endpoints, page: url } });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
