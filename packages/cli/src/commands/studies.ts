import type { Command } from 'commander';
import { drawStudies } from '../images/draw-study.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { wholeNumber } from './number.ts';
import { pointInTime } from './point-in-time.ts';

interface StudiesOptions extends GlobalOptions {
  readonly since: string;
  readonly until?: string;
  readonly limit: number;
  readonly json?: true;
}

/** Adds `production studies`. */
export function addStudies(program: Command): void {
  program
    .command('studies')
    .description('count the images of each study that an image came of lately, each study whole')
    .option('--since <when>', 'a time (2026-08-25T14:00), or how long ago (10m, 2h)', '1d')
    .option('--until <when>', 'before a time, or how long ago')
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await studies(command.optsWithGlobals());
    });
}

async function studies(options: StudiesOptions): Promise<void> {
  const now = new Date();
  const { since, until, limit } = options;
  const filter = {
    since: pointInTime('--since', since, now),
    ...(until ? { until: pointInTime('--until', until, now) } : {}),
    limit,
  };
  const found = await readRecord(options, (reader) => reader.studies(filter));
  if (options.json) printJson({ studies: [...found] } satisfies Output<'studies'>);
  else if (found.length === 0) note('no studies');
  else print(drawStudies(found, screen().width, now));
}
