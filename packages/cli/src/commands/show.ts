import { EngineError, formatDuration, type Message } from '@consort/core';
import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { statusColour, statusWords } from '../status-words.ts';
import { print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';
import { formatExactTime } from '../terminal/time.ts';
import { padEnd } from '../terminal/width.ts';
import { describeAnswer } from '../trace/summary.ts';
import { errorWords, retryWords, runOf, waitOf } from '../trace/leg.ts';
import { numberOr } from './number.ts';

type Row = readonly [name: string, value: string | number | undefined];

/** Adds `production show`. */
export function addShow(program: Command): void {
  program
    .command('show')
    .description(
      'show one message whole: header, arrival, document and body (may hold patient data)',
    )
    .argument('<message>', 'number of the message, or last')
    .option('--json', 'print JSON')
    .action(async (message: string, _options: object, command: Command) => {
      await show(numberOr(message, 'last'), command.optsWithGlobals());
    });
}

async function show(
  which: number | 'last',
  options: GlobalOptions & { readonly json?: true },
): Promise<void> {
  const { found, request } = await readRecord(options, async (reader) => {
    const id = which === 'last' ? (await reader.messages({ limit: 1 }))[0]?.id : which;
    const message = id === undefined ? undefined : await reader.message(id);
    if (!message) throw noMessage(which);
    const { correspondingMessageId } = message.header;
    const other =
      correspondingMessageId === undefined
        ? undefined
        : await reader.message(correspondingMessageId);
    return { found: message, request: other?.header };
  });
  if (options.json) printJson(found satisfies Output<'show'>);
  else print(drawMessage(found, statusWords(found.header, request), new Date()));
}

function noMessage(which: number | 'last'): EngineError {
  return new EngineError(
    'NOT_FOUND',
    which === 'last'
      ? 'there are no messages yet'
      : `there is no message ${which}; production messages lists them`,
  );
}

function drawMessage({ header, body }: Message, status: string, now: Date): string {
  const { document, ...rest } = body ?? {};
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    [`Message ${header.id}`, headerRows(header, status, now)],
    ['Arrival', Object.entries(header.arrival ?? {})],
    ['Document', documentRows(document)],
  ];
  return [
    ...sections.flatMap(([title, rows]) => drawSection(title, rows)),
    ...(body ? [style('bold', 'Body'), JSON.stringify(rest, undefined, 2)] : []),
  ].join('\n');
}

function headerRows(header: Message['header'], status: string, now: Date): readonly Row[] {
  const wait = waitOf(header, now);
  const run = runOf(header, now);
  return [
    ['status', style(statusColour(header), status)],
    ['type', `${header.type}, ${header.priority}, ${header.invocation}`],
    ['session', header.sessionId],
    ['from', `${header.sourceConfigName} (${header.sourceBusinessType})`],
    ['to', `${header.targetConfigName} (${header.targetBusinessType})`],
    ['queue', header.targetQueueName],
    ['return queue', header.returnQueueName],
    [header.type === 'Request' ? 'response' : 'request', header.correspondingMessageId],
    ['created', formatExactTime(header.timeCreated)],
    ['waited', wait === undefined ? undefined : formatDuration(wait)],
    ['ran', run === undefined ? undefined : formatDuration(run)],
    ['attempts', header.attempts > 0 ? retryWords(header, now) : undefined],
    ['error', header.errorStatus ? errorWords(header.errorStatus) : undefined],
    ['note', header.note],
    ['peer', header.answered || header.arrival ? describeAnswer(header) : undefined],
    ['body', header.messageBodyClassName],
    ['body id', header.messageBodyId],
    ['description', header.description],
  ];
}

function documentRows(document: NonNullable<Message['body']>['document']): readonly Row[] {
  if (!document) return [];
  const { attributes, size, ...claim } = document;
  return [...Object.entries(claim), ['size', `${size} bytes`], ...Object.entries(attributes)];
}

function drawSection(title: string, rows: readonly Row[]): readonly string[] {
  const shown = rows.filter(([, value]) => value !== undefined);
  if (shown.length === 0) return [];
  const width = Math.max(...shown.map(([name]) => name.length));
  return [
    style('bold', title),
    ...shown.map(([name, value]) => `  ${padEnd(name, width)}  ${value}`),
    '',
  ];
}
