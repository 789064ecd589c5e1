import type { EventFilter, EventType } from '@consort/core';
import { Option, type Command } from 'commander';
import { drawEvent } from '../draw-event.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { wholeNumber } from './number.ts';
import { pointInTime } from './point-in-time.ts';

interface EventsOptions extends GlobalOptions {
  readonly type?: EventType;
  readonly host?: string;
  readonly code?: string;
  readonly session?: number;
  readonly since?: string;
  readonly limit: number;
  readonly json?: true;
}

const types: readonly EventType[] = ['Assert', 'Error', 'Warning', 'Info', 'Trace', 'Alert'];

/** Adds `production events`. */
export function addEvents(program: Command): void {
  program
    .command('events')
    .description('list the event log, newest last; all filters given must hold')
    .addOption(new Option('--type <type>', 'of this type').choices(types))
    .option('--host <name>', 'of this host')
    .option('--code <code>', 'with this code, for example ASSOCIATION_REFUSED')
    .option('--session <number>', 'of this session', wholeNumber)
    .option('--since <when>', 'a time (2026-08-25T14:00), or how long ago (10m, 2h, 1d)')
    .option('--limit <count>', 'at most so many, the newest', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await events(command.optsWithGlobals());
    });
}

async function events(options: EventsOptions): Promise<void> {
  const filter = filterOf(options, new Date());
  const found = await readRecord(options, async (reader) =>
    (await reader.events(filter)).toReversed(),
  );
  if (options.json) printJson({ events: found } satisfies Output<'events'>);
  else if (found.length === 0) note('no events');
  else print(found.map(drawEvent).join('\n'));
}

function filterOf(options: EventsOptions, now: Date): EventFilter {
  const { type, host, code, session, since, limit } = options;
  return {
    ...(type ? { type } : {}),
    ...(host ? { host } : {}),
    ...(code ? { code } : {}),
    ...(session ? { sessionId: session } : {}),
    ...(since ? { since: pointInTime('--since', since, now) } : {}),
    limit,
  };
}
