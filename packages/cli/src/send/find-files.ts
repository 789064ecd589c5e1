import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that paths stand for. */
export interface FoundFiles {
  /** Named, or found in a folder and DICOM by name or content; in order. */
  readonly files: readonly string[];
  /** In a folder, and nothing says that they are DICOM. */
  readonly skipped: readonly string[];
}

/** Finds the files to send: each one named, and all DICOM files of each folder named. A path there is none of stays. */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files: string[] = [];
  const skipped: string[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) files.push(path);
    else
      for (const file of await filesIn(path)) ((await isDicom(file)) ? files : skipped).push(file);
  }
  return { files: [...new Set(files)], skipped };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** By its name, or by DICM after the preamble (PS3.10 section 7.1). A DICOMDIR is no image. */
async function isDicom(path: string): Promise<boolean> {
  if (/(^|\/)DICOMDIR[^/]*$/.test(path)) return false;
  if (/\.dcm$/i.test(path)) return true;
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 128);
    return buffer.toString('latin1') === 'DICM';
  } finally {
    await handle.close();
  }
}
