import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPart10 } from '@consort/dicom/part10';

/** A Part 10 file in a folder. */
export interface ReceivedFile {
  readonly name: string;
  /** SHA-256 of its data set: the bytes after the file meta information. */
  readonly digest: string;
}

/** The files of a folder with their data sets' digests, sorted by name; temporary ones included. */
export async function receivedFiles(folder: string): Promise<readonly ReceivedFile[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (name) => ({ name, digest: await dataSetDigest(name) })),
  );
}

/** SHA-256 of the data set of a Part 10 file. */
export async function dataSetDigest(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const read = async (position: number, length: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const { dataSetPosition } = await readPart10({ read, size });
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({
      start: dataSetPosition,
      autoClose: false,
    })) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}
