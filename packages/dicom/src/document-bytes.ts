import { createHash } from 'node:crypto';
import { PermanentError, type Document, type DocumentStore } from '@consort/core';

/**
 * The bytes of a stored document, read no faster than they are taken and checked against its digest on the way.
 * @throws PermanentError DOCUMENT_MISSING; DOCUMENT_CORRUPT after the last bytes, so that whoever sends them can still
 *   withhold the end
 */
export async function* documentBytes(
  { digest }: Document,
  documents: Pick<DocumentStore, 'open'>,
): AsyncGenerator<Buffer> {
  const handle = await documents.open(digest);
  try {
    const hash = createHash('sha256');
    const bytes = handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 });
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest('hex') === digest) return;
    throw new PermanentError(
      'DOCUMENT_CORRUPT',
      `the document ${digest.slice(0, 12)} holds other bytes than were stored; check the disk`,
    );
  } finally {
    await handle.close();
  }
}
