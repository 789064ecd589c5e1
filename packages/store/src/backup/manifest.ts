import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../sync-directory.ts';
import { syncFile } from '../sync-file.ts';

/** What one backup holds; written when everything else of it is on disk. */
export interface Manifest {
  readonly format: 1;
  /** When its snapshot was taken, ISO 8601, UTC. */
  readonly takenAt: string;
  readonly production: { readonly id: string; readonly name?: string };
  /** The last step of its schema. */
  readonly schema: string;
  readonly snapshot: { readonly size: number; readonly sha256: string };
  readonly messages: number;
  /** How many of them are not finished, and go on after a restore. */
  readonly unfinished: number;
  readonly documents: { readonly count: number; readonly bytes: number };
  /** Documents that messages name and that could not be copied. */
  readonly lacking: readonly LackingDocument[];
  /** Whether a copy of the production file is beside it. */
  readonly hasProductionFile: boolean;
}

/** A document that is not where it should be, or is not what it should be. */
export interface LackingDocument {
  readonly digest: string;
  readonly reason: 'missing' | 'damaged';
}

/** The files of one backup in its folder. */
export const parts = {
  manifest: 'manifest.json',
  snapshot: 'messages.db',
  productionFile: 'production.yaml',
} as const;

/** Writes the manifest of a backup, which makes it one. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeWhole(join(folder, parts.manifest), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Reads the manifest of a backup; undefined where there is none, or none that this version understands. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const read = JSON.parse(await readFile(join(folder, parts.manifest), 'utf8')) as Manifest;
    return isManifest(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a small file so that it is there whole or not at all, readable by its owner only. */
export async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, content, { mode: 0o600 });
  await syncFile(draft);
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

function isManifest({ format, takenAt, snapshot, documents, lacking }: Partial<Manifest>): boolean {
  return (
    format === 1 &&
    typeof takenAt === 'string' &&
    typeof snapshot?.sha256 === 'string' &&
    typeof documents?.count === 'number' &&
    Array.isArray(lacking)
  );
}
