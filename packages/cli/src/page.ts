import { codeOf, EngineError, type Production } from '@consort/core';
import type { RunningProduction } from './run-production.ts';

/** What the page needs of a production that runs. */
export type Shown = Pick<RunningProduction, 'production' | 'id' | 'redisUrl' | 'messages' | 'log'>;

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

/**
 * Serves a production's first page, and records its URL in the endpoints of the production.
 * An address that cannot be had is a Warning event and no page: images matter more than the page.
 * @param where `127.0.0.1:7070`, `[::1]:7070`; `off` for no page
 */
export async function servePage(
  running: Shown,
  where: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ServedPage | undefined> {
  try {
    const address = parsePageAddress(where);
    return address && (await open(running, address, env));
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
  running: Shown,
  { host, port }: PageAddress,
  env: NodeJS.ProcessEnv,
): Promise<ServedPage> {
  // Loaded by who has a page.
  const [{ openDashboard }, { openQueues }] = await Promise.all([
    import('@consort/dashboard'),
    import('@consort/redis'),
  ]);
  const { production, id, redisUrl, messages } = running;
  const queuesOf = ({ hosts }: Production) =>
    openQueues({
      url: redisUrl,
      prefix: `consort-${id}`,
      hosts: hosts.map(({ name }) => name),
    });
  let queues = queuesOf(production);
  try {
    const dashboard = await openDashboard({
      host,
      port,
      reach: env['CONSORT_PAGE_OPEN'] === '1' ? 'network' : 'loopback',
      reader: messages,
      queues: queues.queues,
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
        await queues.close();
      },
    };
  } catch (error) {
    await queues.close();
    throw error;
  }
}

/** The page works without it; a record that is away says so on the page. */
async function recordUrl(messages: Shown['messages'], url: string): Promise<void> {
  try {
    const { endpoints } = (await messages.production()) ?? {};
    await messages.setProduction({ endpoints: { ...endpoints, page: url } });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
