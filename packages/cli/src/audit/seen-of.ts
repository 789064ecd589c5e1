import type { Document, MessageReader, RecordedAuditEntry } from '@consort/core';

/** Where the numbers of messages stand in an entry, for what DICOM has an event with studies and patients for. */
const numbers: Readonly<Record<string, RegExp>> = {
  message: /^(\d+)/,
  document: /^(\d+)/,
  documentFile: /^(\d+)/,
  documentFrame: /^(\d+)/,
  documentDifference: /^(\d+) (\d+)/,
  testFile: /message (\d+)$/,
};

/**
 * What an entry of the audit trail is about: the documents of the messages it names, those that are in the record still. A
 * message that was purged has left the trail and nothing else.
 */
export async function seenOf(
  { action, what }: RecordedAuditEntry,
  reader: Pick<MessageReader, 'search'>,
): Promise<readonly Document[]> {
  const ids = (numbers[action]?.exec(what) ?? []).slice(1).map(Number);
  const found = await Promise.all(
    ids.map((id) => reader.search({ after: id - 1, before: id + 1, limit: 1 })),
  );
  return found.flat().flatMap(({ document }) => (document ? [document] : []));
}
