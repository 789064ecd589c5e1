import type { FoundMessage } from '@consort/core';
import { Readable } from 'node:stream';
import type { AnswerContext, Asked } from './context.ts';
import { checkFilter, shownMessage } from './patient-data.ts';

/** Messages of one export, and of one page that is read for it. */
const most = 100_000;
const page = 500;

/** Everything that a search finds, newest first. @throws EngineError FORBIDDEN */
export function exportMessages(
  { query }: Asked<'exportMessages'>,
  context: AnswerContext,
): Readable {
  const { format, ...filter } = query;
  checkFilter(filter, context);
  async function* lines() {
    if (format === 'csv') yield `${columns.map(([name]) => name).join(',')}\r\n`;
    let before: number | undefined;
    for (let taken = 0; taken < most; taken += page) {
      const found = await context.reader.search({
        ...filter,
        limit: page,
        ...(before === undefined ? {} : { before }),
      });
      const write = format === 'csv' ? csvLine : jsonLine;
      // One chunk for a page: the socket says when the next is read.
      if (found.length > 0) yield found.map((one) => write(shownMessage(one, context))).join('');
      before = found.at(-1)?.header.id;
      if (found.length < page) return;
    }
  }
  return Readable.from(lines());
}

function jsonLine(found: FoundMessage): string {
  return `${JSON.stringify(found)}\n`;
}

const columns: readonly (readonly [
  string,
  (found: FoundMessage) => string | number | undefined,
])[] = [
  ['id', ({ header }) => header.id],
  ['sessionId', ({ header }) => header.sessionId],
  ['timeCreated', ({ header }) => header.timeCreated],
  ['timeProcessed', ({ header }) => header.timeProcessed],
  ['type', ({ header }) => header.type],
  ['status', ({ header }) => header.status],
  ['source', ({ header }) => header.sourceConfigName],
  ['target', ({ header }) => header.targetConfigName],
  ['callingAeTitle', ({ header }) => header.arrival?.callingAeTitle],
  ['calledAeTitle', ({ header }) => header.arrival?.calledAeTitle],
  ['attempts', ({ header }) => header.attempts],
  ['errorCode', ({ header }) => header.errorStatus?.code],
  ['errorText', ({ header }) => header.errorStatus?.text],
  ['modality', ({ document }) => document?.attributes.modality],
  ['patientId', ({ document }) => document?.attributes.patientId],
  ['patientName', ({ document }) => document?.attributes.patientName],
  ['accessionNumber', ({ document }) => document?.attributes.accessionNumber],
  ['studyInstanceUid', ({ document }) => document?.attributes.studyInstanceUid],
  ['seriesInstanceUid', ({ document }) => document?.attributes.seriesInstanceUid],
  ['sopInstanceUid', ({ document }) => document?.attributes.sopInstanceUid],
  ['size', ({ document }) => document?.size],
];

function csvLine(found: FoundMessage): string {
  return `${columns.map(([, value]) => csvField(value(found))).join(',')}\r\n`;
}

/**
 * A field of a CSV file (RFC 4180). What a spreadsheet would take for a formula has an apostrophe before it: a modality
 * may be named `=HYPERLINK(…)`. One that splits at semicolons or tabs sees the beginning of a field after each.
 */
export function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const inside = value.replaceAll(/(^|[;\t\r\n])(?=[=+\-@])/g, "$1'");
  const text = /^[\t\r\n]/.test(inside) ? `'${inside}` : inside;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
