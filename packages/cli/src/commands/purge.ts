import { EngineError, parseDuration } from '@consort/core';
import { InvalidArgumentError, type Command } from 'commander';
import { requestControl } from '../control.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { operator } from './host.ts';

interface PurgeOptions extends GlobalOptions {
  readonly completed?: number;
  readonly failed?: number;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Milliseconds; a purge goes in small batches beside everything else. */
const patience = 3_600_000;

/** Adds `production purge`. */
export function addPurge(program: Command): void {
  program
    .command('purge')
    .description(
      'remove finished sessions older than given: headers, bodies and documents; what is not finished stays',
    )
    .option('--completed <age>', 'those without a failure, like 7d', age)
    .option('--failed <age>', 'those with a message in Error or Aborted, like 30d', age)
    .option('--dry-run', 'only count')
    .option('--yes', 'do it')
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await purge(command.optsWithGlobals());
    });
}

async function purge(options: PurgeOptions): Promise<void> {
  const { completed = Infinity, failed = Infinity, dryRun = false } = options;
  if (completed === Infinity && failed === Infinity) {
    throw new EngineError('USAGE', 'say what is to go: --completed AGE, --failed AGE, or both');
  }
  if (!dryRun && !options.yes) {
    throw new EngineError('USAGE', 'what is purged is gone: look with --dry-run, then say --yes');
  }
  const { dataDirectory } = locate(options);
  const asked = {
    by: operator(),
    isDryRun: dryRun,
    ...(completed === Infinity ? {} : { completed }),
    ...(failed === Infinity ? {} : { failed }),
  };
  const purged = (await requestControl(dataDirectory, 'purge', asked, patience)) as Output<'purge'>;
  if (options.json) return printJson(purged);
  const { sessions, messages, documents, held } = purged;
  print(
    dryRun
      ? `${sessions} sessions with ${messages} messages would go`
      : `${sessions} sessions with ${messages} messages and ${documents} documents are gone`,
  );
  if (held !== undefined) print(held);
}

function age(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError('Write an age like 12h or 7d.');
  return value;
}
