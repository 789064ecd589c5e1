import type { EventFilter, EventType, LoggedEvent } from '@consort/core';
import { EngineError, parseDuration } from '@consort/core';
import { Option, type Command } from 'commander';
import { eventColour } from '../event-colour.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';
import { formatTime } from '../terminal/time.ts';
import { wholeNumber } from './number.ts';

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
    ...(since ? { since: timeOf(since, now) } : {}),
    limit,
  };
}

function timeOf(text: string, now: Date): string {
  const ago = parseDuration(text);
  const time = ago === undefined ? Date.parse(text) : now.getTime() - ago;
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new EngineError(
    'USAGE',
    `--since ${JSON.stringify(text)} is no time; write one like 2026-08-25T14:00, or how long ago, like 10m`,
  );
}

function drawEvent(event: LoggedEvent): string {
  const where = [
    event.host,
    event.sessionId === undefined ? undefined : `session ${event.sessionId}`,
    event.messageId === undefined ? undefined : `message ${event.messageId}`,
  ].filter((word) => word !== undefined);
  const head = `${formatTime(event.time)} ${style(eventColour(event), event.type)} ${event.code}`;
  return `${head}${where.length > 0 ? ` ${where.join(', ')}` : ''}: ${event.text}`;
}
