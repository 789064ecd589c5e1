import { createHash } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { PermanentError, type Document, type DocumentStore } from '@consort/core';

const chunkSize = 1024 * 1024;
// One message at a time per worker; the buffers of idle ones are few and reused.
const idle: Buffer[] = [];

/**
 * Writes a Part 10 file under a name that is not its own yet, and syncs it: the prefix, then the data set from
 * the document store, in pieces, checked against its digest on the way. A leftover of that name is removed first.
 * @returns the file, for the caller to close
 * @throws PermanentError DOCUMENT_CORRUPT, DOCUMENT_MISSING; what writing a file may throw
 */
export async function writeImage(
  path: string,
  mode: number,
  prefix: Buffer,
  document: Document,
  documents: DocumentStore,
): Promise<FileHandle> {
  // Side by side, as each turn of waiting costs more than the call that is waited for.
  const [opened, made] = await Promise.allSettled([
    documents.open(document.digest),
    createFile(path, mode),
  ]);
  try {
    if (opened.status === 'rejected') throw opened.reason;
    if (made.status === 'rejected') throw made.reason;
    // What the umask took away is given back: the setting is what the operator asked for.
    if ((mode & process.umask()) !== 0) await made.value.chmod(mode);
    await copy(opened.value, made.value, prefix, document);
    await made.value.sync();
    return made.value;
  } catch (error) {
    if (made.status === 'fulfilled') await made.value.close();
    throw error;
  } finally {
    // Only read from: nobody has to wait for it.
    if (opened.status === 'fulfilled') opened.value.close().catch(() => undefined);
  }
}

/** A new file always: a leftover may by now be a second name of a published one, which nobody may truncate. */
async function createFile(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await unlink(path);
    return open(path, 'wx', mode);
  }
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
