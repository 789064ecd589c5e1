import { isFinished, type MessageHeader } from '@consort/core';
import type { Command } from 'commander';
import { drawEvent } from '../draw-event.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { statusColour, statusWords } from '../status-words.ts';
import { follow, type News } from '../tail/follow.ts';
import { note, print } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';
import { formatTime } from '../terminal/time.ts';
import { errorWords, retryWords } from '../trace/leg.ts';

/** Adds `production tail`. */
export function addTail(program: Command): void {
  program
    .command('tail')
    .description('follow messages and events as they come, until Ctrl-C')
    .option('--json', 'print JSON: one object a line')
    .action(async (_options: object, command: Command) => {
      await tail(command.optsWithGlobals());
    });
}

async function tail(options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  await readRecord(options, async (reader, { dataDirectory }) => {
    note(`following ${dataDirectory}; Ctrl-C ends`);
    await follow(reader, ending.signal, (news) => {
      print(news.map(options.json ? jsonLine : drawNews).join('\n'));
    });
  });
}

function jsonLine(news: News): string {
  return JSON.stringify(news satisfies Output<'tail'>);
}

function drawNews(news: News): string {
  if ('event' in news) return drawEvent(news.event);
  if ('message' in news) return drawMessage(news.message);
  return style(
    'dim',
    `${news.leftOut} more came at once; production messages and production events list them`,
  );
}

function drawMessage(header: MessageHeader): string {
  const { id, sessionId, type, sourceConfigName, targetConfigName, errorStatus } = header;
  const way = `${type === 'Request' ? '' : 'response '}${sourceConfigName} to ${targetConfigName}`;
  const status = style(statusColour(header), statusWords(header));
  const now = new Date();
  const retries = header.attempts > 0 ? `, ${retryWords(header, now)}` : '';
  // A response repeats the error of its request.
  const error = errorStatus && type === 'Request' ? `: ${errorWords(errorStatus)}` : '';
  return `${formatTime(momentOf(header, now))} message ${id}, session ${sessionId} ${way}: ${status}${retries}${error}`;
}

/** When it became what it is. */
function momentOf(header: MessageHeader, now: Date): string {
  const { status, attempts, timeCreated, timeDelivered, timeProcessed } = header;
  if (!isFinished(status) && attempts > 0) return now.toISOString();
  if (status === 'Queued' || status === 'Created') return timeCreated;
  if (status === 'Delivered') return timeDelivered ?? timeCreated;
  return timeProcessed ?? timeDelivered ?? timeCreated;
}
