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
    const { meta, dataSetPosition } = await readPart10(fileSource(handle, size));
    const writer = await documents.create();
    try {
      await copy(handle, dataSetPosition, writer);
      return await documentOf(writer, meta.transferSyntaxUid);
    } finally {
      await writer.discard(); // Once it is committed this does nothing.
    }
  } finally {
    await handle.close();
  }
}

async function copy(handle: FileHandle, start: number, writer: DocumentWriter): Promise<void> {
  for await (const chunk of handle.createReadStream({ start, autoClose: false })) {
    await writer.write(chunk as Buffer);
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
