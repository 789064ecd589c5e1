import type { MessageFilter, MessageHeader, MessageStatus } from '@consort/core';
import { transitions } from '@consort/core';
import { Option, type Command } from 'commander';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { statusColour, statusWords } from '../status-words.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { drawTable, type Column } from '../terminal/table.ts';
import { formatTime } from '../terminal/time.ts';
import { wholeNumber } from './number.ts';

interface MessagesOptions extends GlobalOptions {
  readonly host?: string;
  readonly status?: MessageStatus;
  readonly session?: number;
  readonly aet?: string;
  readonly patient?: string;
  readonly accession?: string;
  readonly study?: string;
  readonly sop?: string;
  readonly before?: number;
  readonly limit: number;
  readonly json?: true;
}

/** Adds `production messages`. */
export function addMessages(program: Command): void {
  program
    .command('messages')
    .description('list messages, newest first; all filters given must hold')
    .option('--host <name>', 'from or to this host')
    .addOption(
      new Option('--status <status>', 'with this status').choices(Object.keys(transitions)),
    )
    .option('--session <number>', 'of this session', wholeNumber)
    .option('--aet <title>', 'brought by this calling AE title')
    .option('--patient <id>', 'of images with this patient ID')
    .option('--accession <number>', 'of images with this accession number')
    .option('--study <uid>', 'of images with this study instance UID')
    .option('--sop <uid>', 'of images with this SOP instance UID')
    .option('--before <message>', 'older than this one: the next page', wholeNumber)
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await messages(command.optsWithGlobals());
    });
}

async function messages(options: MessagesOptions): Promise<void> {
  const found = await readRecord(options, (reader) => reader.messages(filterOf(options)));
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

function filterOf(options: MessagesOptions): MessageFilter {
  const { host, status, session, aet, patient, accession, study, sop, before, limit } = options;
  return {
    ...(host ? { host } : {}),
    ...(status ? { status } : {}),
    ...(session ? { sessionId: session } : {}),
    ...(aet ? { callingAeTitle: aet } : {}),
    ...(patient ? { patientId: patient } : {}),
    ...(accession ? { accessionNumber: accession } : {}),
    ...(study ? { studyInstanceUid: study } : {}),
    ...(sop ? { sopInstanceUid: sop } : {}),
    ...(before ? { before } : {}),
    limit,
  };
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
  { head: 'Brought by', cell: ({ arrival }) => arrival?.callingAeTitle ?? '', optional: true },
  { head: 'Remark', cell: remark, shrink: 'text' },
];

function remark(header: MessageHeader): string {
  if (header.errorStatus) return header.errorStatus.code;
  if (header.note) return header.note;
  return header.answered ? `answered ${header.answered.status}` : '';
}
