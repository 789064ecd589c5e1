import type { MessageHeader } from '@consort/core';
import type { Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { statusColour, statusWords } from '../status-words.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable, type Column } from '../terminal/table.ts';
import { formatTime } from '../terminal/time.ts';
import { addMessageFilters, filterOf, type FilterOptions } from './message-filter.ts';
import { wholeNumber } from './number.ts';

interface MessagesOptions extends GlobalOptions, FilterOptions {
  readonly before?: number;
  readonly limit: number;
  readonly json?: true;
}

/** Adds `production messages`, and `production suspended` for those that wait for a person. */
export function addMessages(program: Command): void {
  const verb = program
    .command('messages')
    .description('list messages, newest first; all filters given must hold');
  paged(addMessageFilters(verb), {});
  const suspended = program
    .command('suspended')
    .description(
      'list suspended messages: production resubmit, discard or resend goes on with them',
    );
  paged(suspended, { status: 'Suspended' });
}

function paged(command: Command, fixed: FilterOptions): void {
  command
    .option('--before <message>', 'older than this one: the next page', wholeNumber)
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_options: object, given: Command) => {
      await messages({ ...given.optsWithGlobals<MessagesOptions>(), ...fixed });
    });
}

async function messages(options: MessagesOptions): Promise<void> {
  const found = await readRecord(options, (reader) =>
    reader.messages({ ...filterOf(options), ...pageOf(options) }),
  );
  const next = found.length === options.limit ? found.at(-1)?.id : undefined;
  if (options.json) {
    printJson({
      messages: [...found],
      ...(next === undefined ? {} : { next }),
    } satisfies Output<'messages'>);
    return;
  }
  if (found.length === 0) {
    note('no messages');
    return;
  }
  print(drawTable(columns, found, screen().width));
  if (next !== undefined) note(`more: --before ${next}`);
}

function pageOf({ before, limit }: MessagesOptions) {
  return { limit, ...(before ? { before } : {}) };
}

// No value of a data element: a list is looked at with others around. `show` gives them.
const columns: readonly Column<MessageHeader>[] = [
  { head: 'Message', cell: ({ id }) => String(id), align: 'right' },
  { head: 'Session', cell: ({ sessionId }) => String(sessionId), align: 'right', optional: true },
  { head: 'Created', cell: ({ timeCreated }) => formatTime(timeCreated).slice('2026-'.length) },
  { head: 'Type', cell: ({ type }) => type, optional: true },
  {
    head: 'Status',
    cell: (header) => style(statusColour(header), statusWords(header)),
  },
  { head: 'From', cell: ({ sourceConfigName }) => sourceConfigName, shrink: 'name' },
  { head: 'To', cell: ({ targetConfigName }) => targetConfigName, shrink: 'name' },
  {
    head: 'Brought by',
    cell: ({ arrival }) => arrival?.callingAeTitle ?? arrival?.peerAddress ?? '',
    optional: true,
  },
  { head: 'Remark', cell: remark, shrink: 'text' },
];

function remark(header: MessageHeader): string {
  if (header.errorStatus) return header.errorStatus.code;
  if (header.note) return header.note;
  if (!header.answered) return '';
  return header.answered.status === 'taken' ? 'taken' : `answered ${header.answered.status}`;
}
