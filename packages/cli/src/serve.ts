import { openControl, type ControlHandlers } from './control.ts';
import { associationsHandler } from './operate/associations-handler.ts';
import { echoHandler } from './operate/echo-handler.ts';
import { operatorHandlers } from './operate/handlers.ts';
import { openTestingService } from './operate/testing-service.ts';
import { updateHandler } from './operate/update-handler.ts';
import type { PageOptions } from './page.ts';
import type { RunningProduction } from './run-production.ts';
import type { StartSayings } from './start-sayings.ts';

/** How a running production is served. */
export interface ServeOptions extends PageOptions {
  /** Where the page is served; `off` for nowhere. Default 127.0.0.1:7070. */
  readonly page?: string;
}

/** A production that runs and can be asked. */
export interface Served {
  readonly handlers: ControlHandlers;
  readonly pageUrl?: string;
}

/**
 * Serves a running production, its page and its control socket, until it is told to stop: Ctrl-C, SIGTERM or
 * `production stop`. A second Ctrl-C ends the waiting.
 * @param meanwhile what goes on beside it, until its signal
 */
export async function serve(
  running: RunningProduction,
  options: ServeOptions,
  sayings: StartSayings,
  meanwhile: (served: Served, signal: AbortSignal) => Promise<void> = async () => undefined,
): Promise<void> {
  sayings.warned(running.warnings);

  const stopping = Promise.withResolvers<void>();
  const ending = new AbortController();
  const stop = () => stopping.resolve();
  let first: number | undefined;
  let isForced = false;
  const onSignal = () => {
    if (first === undefined) {
      first = Date.now();
      sayings.stopping();
      stop();
      // One Ctrl-C comes several times: the terminal sends it, and npm and npx send it on.
    } else if (Date.now() - first > 1_000 && !isForced) {
      isForced = true;
      void running.stop(0).finally(() => process.exit(130));
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  const testing = openTestingService(running);
  const handlers: ControlHandlers = {
    ...operatorHandlers(running),
    ...associationsHandler(running),
    ...echoHandler(running),
    ...updateHandler(running, () => page),
    ...testing.handlers,
  };
  const where = options.page ?? '127.0.0.1:7070';
  // Where no page is wanted nothing of it is loaded.
  const page =
    where === 'off'
      ? undefined
      : await (await import('./page.ts')).servePage(running, handlers, where, options);
  const control = await openControl(running.dataDirectory, {
    // Answered before it begins: the socket ends with the production.
    stop: () => void setImmediate(stop),
    ...handlers,
  });
  try {
    await announce(running, page?.url, sayings);
    const beside = meanwhile({ handlers, ...(page && { pageUrl: page.url }) }, ending.signal);
    beside.catch(stop);
    await stopping.promise;
    ending.abort();
    await page?.close();
    await testing.close();
    await running.stop();
    await beside;
    sayings.stopped();
  } finally {
    await control.close();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Says what runs and what to try next. */
async function announce(
  running: RunningProduction,
  pageUrl: string | undefined,
  sayings: StartSayings,
): Promise<void> {
  const { production, dataDirectory, messages } = running;
  const hosts = await messages.hosts();
  const width = Math.max(...production.hosts.map(({ name }) => name.length));
  const lines = production.hosts.map(({ name, componentName }) => {
    const { detail } = hosts.find((host) => host.name === name) ?? {};
    return `  ${name.padEnd(width)}  ${detail ?? componentName}`;
  });
  // Where nobody listens there is nobody to send to.
  const isListening = hosts.some(({ detail }) => detail?.startsWith('listens on '));
  const next = isListening ? 'npx production send FILE.dcm' : 'npx production status';
  sayings.running(
    [
      `${production.name} is running`,
      ...lines,
      `  data in ${dataDirectory}`,
      ...(pageUrl ? [`  page at ${pageUrl}`] : []),
      `Next, in another terminal: ${next}; npx production trace last. Ctrl-C drains and stops.`,
    ],
    { production: production.name, dataDirectory, ...(pageUrl ? { page: pageUrl } : {}) },
  );
}
