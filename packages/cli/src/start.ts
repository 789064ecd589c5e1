import { openConsoleLog } from '@consort/core/console-log';
import { openControl, type ControlHandlers } from './control.ts';
import { exitCodeOf } from './exit-code.ts';
import { associationsHandler } from './operate/associations-handler.ts';
import { echoHandler } from './operate/echo-handler.ts';
import { operatorHandlers } from './operate/handlers.ts';
import { openTestingService } from './operate/testing-service.ts';
import { updateHandler } from './operate/update-handler.ts';
import { runProduction, type RunningProduction } from './run-production.ts';
import { startSayings, type StartSayings } from './start-sayings.ts';

/** What `production start` takes. */
export interface StartOptions {
  readonly data?: string;
  readonly redisUrl?: string;
  /** Where the page is served; `off` for nowhere. Default 127.0.0.1:7070. */
  readonly page?: string;
  /** Proxies before the page that are believed; see PageOptions. */
  readonly trustProxy?: string;
  readonly log?: 'text' | 'json';
}

/**
 * Runs a production in the foreground until it is told to stop: Ctrl-C, SIGTERM or `production stop`.
 * A second Ctrl-C ends the waiting. Resolves with the exit code.
 */
export async function start(file: string, options: StartOptions): Promise<number> {
  const form = options.log ?? 'text';
  const log = openConsoleLog(form);
  const sayings = startSayings(form, log);
  try {
    const running = await runProduction(file, {
      log,
      ...(options.data ? { data: options.data } : {}),
      ...(options.redisUrl ? { redisUrl: options.redisUrl } : {}),
    });
    return await untilStopped(running, options, sayings);
  } catch (error) {
    if (sayings.failed(error)) return exitCodeOf(error);
    throw error;
  }
}

async function untilStopped(
  running: RunningProduction,
  options: StartOptions,
  sayings: StartSayings,
): Promise<number> {
  sayings.warned(running.warnings);

  const stopping = Promise.withResolvers<void>();
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
    await stopping.promise;
    await page?.close();
    await testing.close();
    await running.stop();
    sayings.stopped();
    return 0;
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
