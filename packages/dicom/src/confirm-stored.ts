import type { DocumentStore } from '@consort/core';
import type { DicomDocument } from './document.ts';

/** Milliseconds; well below the age from which on a purge takes a document that no message names. */
const slow = 5_000;

/**
 * Makes sure that the bytes of an image which a message names by now are there: a record that took long may have
 * let a purge of the same bytes in between.
 * @param named when they got their name, by `performance.now()`
 * @throws PermanentError DOCUMENT_MISSING
 */
export async function confirmStored(
  documents: Pick<DocumentStore, 'open'>,
  { document }: DicomDocument,
  named: number,
): Promise<void> {
  if (performance.now() - named <= slow) return;
  const handle = await documents.open(document?.digest ?? '');
  await handle.close();
}
