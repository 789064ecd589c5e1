import { EngineError, formatDuration, parseDuration } from '@consort/core';
import { InvalidArgumentError, type Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import { requestControl } from '../control.ts';
import { isLocked } from '../data-directory.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { note } from '../terminal/print.ts';

/** Adds `production stop`. */
export function addStop(program: Command): void {
  program
    .command('stop')
    .description(
      'stop the running production: what is under way may end, what waits goes on at the next start',
    )
    .option('--timeout <duration>', 'how long to wait until it has ended', milliseconds, 60_000)
    .action(async (_options: object, command: Command) => {
      await stop(command.optsWithGlobals());
    });
}

async function stop(options: GlobalOptions & { readonly timeout: number }): Promise<void> {
  const { dataDirectory } = locate(options);
  await requestControl(dataDirectory, 'stop');
  const deadline = Date.now() + options.timeout;
  while (isLocked(dataDirectory)) {
    if (Date.now() > deadline) {
      throw new EngineError(
        'REQUEST_TIMEOUT',
        `the production on ${dataDirectory} is stopping but has not ended after ${formatDuration(options.timeout)}; ` +
          'production status says what is in progress',
      );
    }
    await pause(100);
  }
  note('stopped');
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError('Write a duration like 30s or 2m.');
  return value;
}
