import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { PermanentError, type Document, type DocumentStore } from '@consort/core';
import { encodingOf } from './transfer-syntaxes.ts';

const chunkSize = 256 * 1024;

/**
 * The bytes of a stored document, as `storedDataSet` gives them.
 * @throws PermanentError DOCUMENT_MISSING; DOCUMENT_CORRUPT, in place of the end
 */
export async function* documentBytes(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
): AsyncGenerator<Buffer> {
  const handle = await documents.open(document.digest);
  try {
    yield* storedDataSet(handle, document);
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of a stored document as they were received, checked against its digest on the way, in one buffer that is
 * filled again for each piece: whoever keeps a piece copies it.
 * @throws PermanentError DOCUMENT_CORRUPT, in place of the end
 */
export async function* storedDataSet(
  handle: FileHandle,
  { digest, size, transferSyntaxUid }: Document,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(size, chunkSize));
  for (let position = 0; position < size;) {
    const wanted = Math.min(buffer.length, size - position);
    const { bytesRead } = await handle.read(buffer, 0, wanted, position);
    if (bytesRead === 0) break;
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    yield piece;
    position += bytesRead;
  }
  if (hash.digest('hex') !== digest) {
    throw new PermanentError(
      'DOCUMENT_CORRUPT',
      `the stored bytes of document ${digest.slice(0, 12)}… are not the ones that were received; check the disk, and have the image sent again`,
    );
  }
  // PS3.5 section A.5: the end is padded to an even length, which files of some makers are without.
  if (size % 2 === 1 && encodingOf(transferSyntaxUid).isDeflated) yield Buffer.alloc(1);
}
