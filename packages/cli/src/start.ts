import { openConsoleLog } from '@consort/core/console-log';
import { exitCodeOf } from './exit-code.ts';
import { runProduction } from './run-production.ts';
import { serve, type ServeOptions } from './serve.ts';
import { startSayings } from './start-sayings.ts';

/** What `production start` takes. */
export interface StartOptions extends ServeOptions {
  readonly data?: string;
  readonly redisUrl?: string;
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
    await serve(running, options, sayings);
    return 0;
  } catch (error) {
    if (sayings.failed(error)) return exitCodeOf(error);
    throw error;
  }
}
