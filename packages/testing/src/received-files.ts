import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSetDigest } from '@consort/dicom/part10';

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
