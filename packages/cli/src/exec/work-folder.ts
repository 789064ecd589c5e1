import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EngineError,
  PermanentError,
  type Document,
  type DocumentStore,
  type MessageBody,
} from '@consort/core';
import { documentOfHandle, writePart10 } from '@consort/dicom/part10';

/** Where the children of a host and the engine hand documents to each other. */
export interface WorkFolder {
  /** A directory for one request; it is empty. */
  begin(name: string): Promise<RequestFolder>;
  remove(): Promise<void>;
}

/** The directory of one request. */
export interface RequestFolder {
  readonly directory: string;
  /** A read-only copy of the document of a body, as a file of DICOM (PS3.10); undefined when it has none. */
  put(body: MessageBody | undefined): Promise<string | undefined>;
  /** Stores a file that the child has written here. @throws PermanentError HANDLER_FAILED, PART10_UNREADABLE, … */
  take(name: string): Promise<MessageBody>;
  /** The document that a child names in a body, if it was given it or has handed it over; undefined for any other. */
  known(digest: unknown): Document | undefined;
  remove(): Promise<void>;
}

/**
 * Makes the folder of a host, for its user alone, and empties it of what a crash has left.
 * @param parent default: the system's folder for temporary files
 * @throws EngineError CHILD_NOT_STARTED
 */
export async function openWorkFolder(
  parent: string | undefined,
  production: string,
  host: string,
  documents: DocumentStore,
): Promise<WorkFolder> {
  const hash = createHash('sha256').update(host).digest('hex').slice(0, 12);
  const folder = join(parent ?? tmpdir(), `consort-${production}-${hash}`);
  await ownFolder(folder);
  return {
    async begin(name) {
      const directory = join(folder, name);
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { mode: 0o700 });
      return requestFolder(directory, documents);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function ownFolder(folder: string): Promise<void> {
  const stats = await lstat(folder).catch(() => undefined);
  // In a folder for everybody, a stranger may have taken the name.
  if (stats && (!stats.isDirectory() || stats.uid !== process.getuid?.())) {
    throw new EngineError(
      'CHILD_NOT_STARTED',
      `${folder} belongs to somebody else; set workDirectory to a folder of this user`,
    );
  }
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EngineError('CHILD_NOT_STARTED', `cannot make ${folder}: ${code}; see workDirectory`);
  }
}

function requestFolder(directory: string, documents: DocumentStore): RequestFolder {
  const known = new Map<unknown, Document>();
  let count = 0;
  return {
    directory,
    async put(body) {
      const document = body?.document;
      if (!document) return undefined;
      known.set(document.digest, document);
      const path = join(directory, count === 0 ? 'document.dcm' : `document-${count}.dcm`);
      count += 1;
      await writePart10(path, 0o400, document, documents);
      return path;
    },
    async take(name) {
      const handle = await open(
        join(directory, name),
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      ).catch((error: unknown) => {
        throw notTaken((error as NodeJS.ErrnoException).code ?? 'no reason given');
      });
      try {
        const stats = await handle.stat();
        if (!stats.isFile()) throw notTaken('it is no file');
        const body = await documentOfHandle(handle, stats.size, documents);
        if (body.document) known.set(body.document.digest, body.document);
        return body;
      } finally {
        await handle.close();
      }
    },
    known: (digest) => known.get(digest),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function notTaken(why: string): PermanentError {
  return new PermanentError(
    'HANDLER_FAILED',
    `the document that the child named cannot be taken from its directory: ${why}`,
  );
}
