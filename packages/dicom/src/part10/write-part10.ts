import { open } from 'node:fs/promises';
import type { Document, DocumentStore } from '@consort/core';
import { documentBytes } from '../document-bytes.ts';
import { part10Prefix } from './part10-prefix.ts';

/**
 * Writes a stored document as a new Part 10 file (PS3.10 section 7), for a reader that wants a file. It is not synced:
 * the document store keeps the bytes.
 * @param mode its permissions
 * @throws PermanentError DOCUMENT_MISSING, DOCUMENT_CORRUPT; what writing a file may throw
 */
export async function writePart10(
  path: string,
  mode: number,
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
): Promise<void> {
  const { sopClassUid, transferSyntaxUid, attributes } = document;
  const { sopInstanceUid = '' } = attributes;
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(part10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid }));
    for await (const piece of documentBytes(document, documents)) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}
