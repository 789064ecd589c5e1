import { open, type FileHandle } from 'node:fs/promises';
import type { DocumentStore, DocumentWriter } from '@consort/core';
import type { DicomDocument } from '../document.ts';
import { fileSource } from '../header/byte-source.ts';
import { readHeader } from '../header/read-header.ts';
import { readPart10 } from './read-part10.ts';

/**
 * Stores the data set of a Part 10 file, byte for byte, and makes of it the C-STORE request that could have brought it.
 * @throws PermanentError PART10_UNREADABLE, DATA_SET_UNREADABLE; EngineError DISK_FULL, STORE_UNAVAILABLE; what
 *   opening the file throws
 */
export async function documentOfFile(
  path: string,
  documents: Pick<DocumentStore, 'create'>,
): Promise<DicomDocument> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    return await documentOfHandle(handle, size, documents);
  } finally {
    await handle.close();
  }
}

/**
 * The same for a file that is open; the caller closes it.
 * @param size bytes of it: what is added meanwhile is left out
 */
export async function documentOfHandle(
  handle: FileHandle,
  size: number,
  documents: Pick<DocumentStore, 'create'>,
): Promise<DicomDocument> {
  const { meta, dataSetPosition } = await readPart10(fileSource(handle, size));
  const writer = await documents.create();
  try {
    await copy(handle, dataSetPosition, size, writer);
    return await documentOf(writer, meta.transferSyntaxUid);
  } finally {
    await writer.discard(); // Once it is committed this does nothing.
  }
}

const chunkSize = 256 * 1024;
// Few files are read at the same time; the buffers of those that are done are used again.
const idle: Buffer[] = [];

async function copy(
  handle: FileHandle,
  start: number,
  end: number,
  writer: DocumentWriter,
): Promise<void> {
  const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
  try {
    for (let position = start; position < end;) {
      const wanted = Math.min(buffer.length, end - position);
      const { bytesRead } = await handle.read(buffer, 0, wanted, position);
      if (bytesRead === 0) return;
      await writer.write(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    if (idle.length < 8) idle.push(buffer);
  }
}

async function documentOf(
  writer: DocumentWriter,
  transferSyntaxUid: string,
): Promise<DicomDocument> {
  const { sopClassUid, sopInstanceUid, attributes } = await readHeader(writer, transferSyntaxUid);
  const { digest, size } = await writer.commit();
  return {
    type: 'dicom.document',
    command: {
      commandField: 'C-STORE-RQ',
      affectedSopClassUid: sopClassUid,
      affectedSopInstanceUid: sopInstanceUid,
      priority: 0,
    },
    document: { digest, size, transferSyntaxUid, sopClassUid, attributes },
  };
}
