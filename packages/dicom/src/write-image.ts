import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { PermanentError, type Document, type DocumentStore } from '@consort/core';

const chunkSize = 1024 * 1024;
// One message at a time per worker; the buffers of idle ones are few and reused.
const idle: Buffer[] = [];

/**
 * Writes a Part 10 file under a name that is not its own yet, and syncs it: the prefix, then the data set from
 * the document store, in pieces, checked against its digest on the way. A leftover of that name is overwritten.
 * @returns the size of the file
 * @throws PermanentError DOCUMENT_CORRUPT, DOCUMENT_MISSING; what writing a file may throw
 */
export async function writeImage(
  path: string,
  mode: number,
  prefix: Buffer,
  document: Document,
  documents: DocumentStore,
): Promise<number> {
  const opening = open(path, 'w', mode);
  opening.catch(() => undefined); // Looked at below, once the document is open.
  const source = await documents.open(document.digest).catch(async (error: unknown) => {
    await opening.then((file) => file.close()).catch(() => undefined);
    throw error;
  });
  try {
    const file = await opening;
    try {
      await file.chmod(mode); // Whatever the umask says: the setting is what the operator asked for.
      await copy(source, file, prefix, document);
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
  return prefix.length + document.size;
}

async function copy(
  source: FileHandle,
  file: FileHandle,
  prefix: Buffer,
  { digest, size }: Document,
): Promise<void> {
  const hash = createHash('sha256');
  const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
  try {
    prefix.copy(buffer);
    let filled = prefix.length;
    for (let position = 0; position < size;) {
      const { bytesRead } = await source.read(buffer, filled, buffer.length - filled, position);
      if (bytesRead === 0) break;
      const writing = writeAll(file, buffer.subarray(0, filled + bytesRead));
      hash.update(buffer.subarray(filled, filled + bytesRead)); // While the pool writes.
      position += bytesRead;
      await writing;
      filled = 0;
    }
  } finally {
    if (idle.length < 4) idle.push(buffer);
  }
  if (hash.digest('hex') !== digest) {
    throw new PermanentError(
      'DOCUMENT_CORRUPT',
      `the stored bytes of document ${digest.slice(0, 12)}… are not the ones that were received; check the disk, and have the image sent again`,
    );
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}
