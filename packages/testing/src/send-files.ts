import { open } from 'node:fs/promises';
import { requestAssociation } from '@consort/dicom/requester';
import { readPart10 } from '@consort/dicom/part10';

/** Where to send, and as whom. */
export interface Peer {
  readonly port: number;
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
}

/** What became of one file: its status, or why it has none. */
export interface SentFile {
  readonly file: string;
  readonly status?: number;
  readonly error?: Error;
}

/** Sends files one after the other, each on an association of its own, its data set as it is in the file. */
export async function sendFiles(
  peer: Peer,
  files: readonly string[],
): Promise<readonly SentFile[]> {
  const results: SentFile[] = [];
  for (const file of files) {
    results.push(
      await sendFile(peer, file).then(
        (status) => ({ file, status }),
        (error: Error) => ({ file, error }),
      ),
    );
  }
  return results;
}

async function sendFile(peer: Peer, file: string): Promise<number> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const read = async (position: number, length: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const { meta, dataSetPosition } = await readPart10({ read, size });
    const { sopClassUid = '', sopInstanceUid = '', transferSyntaxUid } = meta;
    const association = await requestAssociation({
      ...peer,
      host: '127.0.0.1',
      contexts: [{ abstractSyntax: sopClassUid, transferSyntaxes: [transferSyntaxUid] }],
    });
    const { status } = await association.store({
      sopClassUid,
      sopInstanceUid,
      transferSyntaxUid,
      dataSet: handle.createReadStream({ start: dataSetPosition, autoClose: false }),
    });
    // It has its answer, whatever becomes of the association now.
    await association.release().catch(() => undefined);
    return status;
  } finally {
    await handle.close();
  }
}
