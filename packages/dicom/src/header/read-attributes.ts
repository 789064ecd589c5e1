import type { Document, DocumentAttributes, DocumentStore } from '@consort/core';
import { fileSource } from './byte-source.ts';
import { readHeader } from './read-header.ts';

/**
 * Reads the indexed attributes of a stored document again from its bytes; only the head is read.
 * @throws PermanentError DOCUMENT_MISSING, DATA_SET_UNREADABLE
 */
export async function readAttributes(
  documents: DocumentStore,
  document: Document,
): Promise<DocumentAttributes> {
  const handle = await documents.open(document.digest);
  try {
    const source = fileSource(handle, document.size);
    const { attributes } = await readHeader(source, document.transferSyntaxUid);
    return attributes;
  } finally {
    await handle.close();
  }
}
