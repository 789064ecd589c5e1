import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { isPermanent } from '@consort/core';
import { fileSource, readHeader, readPart10, tailOf, type ByteSource } from '@consort/dicom/part10';

/** A file to send: what its C-STORE says of it, and where its data set begins. */
export interface OutgoingFile {
  readonly path: string;
  /** Bytes of the data set. */
  readonly size: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** The file's own data set, read no faster than it is taken. */
  dataSet(): AsyncIterable<Buffer>;
}

/**
 * Looks at the head of a DICOM file.
 * @throws PermanentError PART10_UNREADABLE, DATA_SET_UNREADABLE; what opening the file throws
 */
export async function outgoingFile(path: string): Promise<OutgoingFile> {
  const handle = await open(path);
  try {
    const source = fileSource(handle, (await handle.stat()).size);
    const { meta, dataSetPosition } = await readPart10(source);
    const uids = await uidsOf(tailOf(source, dataSetPosition), meta);
    const size = source.size - dataSetPosition;
    const { transferSyntaxUid } = meta;
    const isOddDeflated = transferSyntaxUid === deflated && size % 2 === 1;
    return {
      path,
      size,
      ...uids,
      transferSyntaxUid,
      async *dataSet() {
        yield* createReadStream(path, { start: dataSetPosition, highWaterMark });
        if (isOddDeflated) yield Buffer.alloc(1);
      },
    };
  } finally {
    await handle.close();
  }
}

const highWaterMark = 256 * 1024;

// PS3.5 section A.5: its end is padded to an even length with a zero byte, which some files are without.
const deflated = '1.2.840.10008.1.2.1.99';

/** What the data set says of itself; where it cannot be told, what the file says of it. */
async function uidsOf(
  dataSet: ByteSource,
  meta: Awaited<ReturnType<typeof readPart10>>['meta'],
): Promise<Pick<OutgoingFile, 'sopClassUid' | 'sopInstanceUid'>> {
  try {
    const { sopClassUid, sopInstanceUid } = await readHeader(dataSet, meta.transferSyntaxUid);
    return { sopClassUid, sopInstanceUid };
  } catch (error) {
    const { sopClassUid, sopInstanceUid } = meta;
    if (!isPermanent(error) || !sopClassUid || !sopInstanceUid) throw error;
    return { sopClassUid, sopInstanceUid };
  }
}
