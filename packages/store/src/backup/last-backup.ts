import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './manifest.ts';

/** The last backup of a data directory, as that remembers it. */
export interface LastBackup {
  readonly time: string;
  readonly directory: string;
  /** Documents that could not be copied. */
  readonly lacking: number;
}

const fileIn = (dataDirectory: string) => join(dataDirectory, 'last-backup.json');

/** Remembers a backup in the data directory it was made of. */
export function rememberBackup(dataDirectory: string, backup: LastBackup): Promise<void> {
  return writeWhole(fileIn(dataDirectory), `${JSON.stringify(backup)}\n`);
}

/** The last backup of a data directory; undefined when there was none. */
export async function lastBackup(dataDirectory: string): Promise<LastBackup | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(dataDirectory), 'utf8')) as LastBackup;
  } catch {
    return undefined;
  }
}
