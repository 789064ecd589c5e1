import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { codeOf, EngineError, type DocumentStore } from '@consort/core';
import type { DicomDocument } from '../document.ts';
import { documentOfHandle } from '../part10/document-of-file.ts';

/** What a file has turned out to be. */
export type FileContent =
  | { readonly kind: 'image'; readonly image: DicomDocument; readonly named: number }
  /** It will never be one: why, for the operator. */
  | { readonly kind: 'unfit'; readonly code: string; readonly reason: string }
  /** Somebody writes to it still. */
  | { readonly kind: 'open' };

/**
 * Reads a file and stores its data set, byte for byte. Regular files alone are opened: a symbolic link is not
 * followed, and nothing waits for a FIFO or a device.
 * @returns for an image also when its bytes got their name, by `performance.now()`
 * @throws EngineError DISK_FULL, STORE_UNAVAILABLE and what else says nothing about the file: it can be tried again
 */
export async function readFile(
  path: string,
  documents: Pick<DocumentStore, 'create'>,
): Promise<FileContent> {
  const stats = await lstat(path);
  if (!stats.isFile()) return unfit('FILE_UNFIT', `it is ${kindOf(stats)}, which is not opened`);
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return notRead(error);
  }
  try {
    return await contentOf(handle, documents);
  } finally {
    await handle.close();
  }
}

async function contentOf(
  handle: FileHandle,
  documents: Pick<DocumentStore, 'create'>,
): Promise<FileContent> {
  const before = await handle.stat({ bigint: true });
  if (!before.isFile()) return unfit('FILE_UNFIT', `it is ${kindOf(before)}, which is not read`);
  if (before.size === 0n) return unfit('FILE_UNFIT', 'it has 0 bytes');
  let content: FileContent;
  try {
    const image = await documentOfHandle(handle, Number(before.size), documents);
    content = { kind: 'image', image, named: performance.now() };
  } catch (error) {
    const code = codeOf(error);
    content = unfitCodes.has(code) ? unfit(code, (error as Error).message) : notRead(error);
  }
  const after = await handle.stat({ bigint: true });
  const isOpen = after.size !== before.size || after.mtimeNs !== before.mtimeNs;
  return isOpen ? { kind: 'open' } : content;
}

const unfitCodes = new Set(['PART10_UNREADABLE', 'DATA_SET_UNREADABLE']);

/** The file system's words about this one file, and no other. */
const ofThisFile = new Set(['EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENXIO', 'EISDIR']);

function notRead(error: unknown): FileContent {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof EngineError || code === undefined || !ofThisFile.has(code)) throw error;
  return unfit('FILE_UNFIT', `it cannot be read: ${code}; see who may read it, and its disk`);
}

function unfit(code: string, reason: string): FileContent {
  return { kind: 'unfit', code, reason };
}

interface Kinds {
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isDirectory(): boolean;
}

function kindOf(stats: Kinds): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isDirectory() ? 'a folder' : 'a device';
}
