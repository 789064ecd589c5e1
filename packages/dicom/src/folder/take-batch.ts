import { join } from 'node:path';
import type { Accepted, ServiceContext } from '@consort/core';
import { confirmStored } from '../confirm-stored.ts';
import type { Folders } from './folders.ts';
import type { KeptFile } from './files-to-put-away.ts';
import { putAmongErrors, putAway } from './put-away.ts';
import { readFile, type FileContent } from './read-file.ts';
import { takingId, type Batch, type WorkFolder } from './work-folder.ts';

/** What has come of a batch. Files that are in none of these are still in the work folder, to be taken again. */
export interface Taken {
  /** Messages on stable storage; their files are put away. */
  readonly taken: number;
  /** Codes of the files that are among the errors now. */
  readonly unfit: readonly string[];
  /** Files with which all is done but that they could not be put away. */
  readonly kept: readonly KeptFile[];
  /** Why: the first of them. */
  readonly keptFor?: unknown;
  /** Files that were not looked at, as nothing more was to be begun. */
  readonly notBegun: readonly string[];
  /** Whether the work folder has files of this batch still that are not among `kept`. */
  readonly hasMore: boolean;
  /** Why they are left. */
  readonly trouble?: unknown;
}

/** What a batch is taken with. */
export interface TakingContext {
  readonly context: Pick<ServiceContext<unknown>, 'accept' | 'acceptOnce' | 'flush' | 'documents'>;
  readonly target: string;
  readonly folders: Folders;
  readonly work: WorkFolder;
  /** Aborted when nothing more is to be begun. */
  readonly signal: AbortSignal;
}

/**
 * Takes the files of a batch in: several are read at a time, their messages are recorded in the order of the files,
 * and only when all of that is on disk are they put away.
 */
export async function takeBatch(batch: Batch, taking: TakingContext): Promise<Taken> {
  const { context, folders, work, signal } = taking;
  let trouble: unknown;
  const note = (error: unknown) => void (trouble ??= error);

  const contents = inLanes(batch.names, read);
  const accepting: Promise<Image | void>[] = [];
  const unfit: Unfit[] = [];
  const notBegun: string[] = [];
  for (const [index, name] of batch.names.entries()) {
    const content = await contents[index];
    if (content?.kind === 'image') accepting.push(accept(name, content).catch(note));
    else if (content?.kind === 'unfit') unfit.push({ name, ...content });
    else if (content === undefined && trouble === undefined) notBegun.push(name);
  }
  const images = (await Promise.all(accepting)).filter((image) => image !== undefined);

  const putAside: string[] = [];
  const kept: KeptFile[] = [];
  let keptFor: unknown;
  let taken = 0;
  try {
    await context.flush();
    await Promise.all(inLanes(images, end));
  } catch (error) {
    note(error);
  }
  for (const { name, ...why } of unfit) {
    const file = putAmongErrors(join(batch.folder, name), name, folders.errors, why);
    if (await isPutAway(file)) putAside.push(why.code);
  }
  await work.end(batch).catch(note);
  return {
    taken,
    unfit: putAside,
    kept,
    notBegun,
    hasMore: taken + putAside.length + kept.length < batch.names.length,
    ...(keptFor === undefined ? {} : { keptFor }),
    ...(trouble === undefined ? {} : { trouble }),
  };

  /** That a file cannot be put away is no reason to take no others. */
  async function isPutAway(file: KeptFile): Promise<boolean> {
    try {
      await file.putAway();
      return true;
    } catch (error) {
      keptFor ??= error;
      kept.push(file);
      return false;
    }
  }

  async function read(name: string): Promise<FileContent | undefined> {
    if (trouble !== undefined || signal.aborted) return undefined;
    try {
      return await readFile(join(batch.folder, name), context.documents);
    } catch (error) {
      note(error);
      return undefined;
    }
  }

  async function accept(name: string, { image, named }: ImageContent): Promise<Image> {
    const body = { ...image, fileName: name };
    const arrival = { associationId: takingId(batch, name), peerAddress: 'file' };
    // The record finds an earlier message by its document: among thousands of files of one content that takes time.
    const accepted = batch.isLeft
      ? await context.acceptOnce(taking.target, body, arrival)
      : await context.accept(taking.target, body, arrival);
    await confirmStored(context.documents, image, named);
    return { name, accepted };
  }

  /** Its message is on disk: the file is not needed any more. */
  async function end({ name, accepted }: Image): Promise<void> {
    try {
      const [isAway] = await Promise.all([
        isPutAway(putAway(join(batch.folder, name), name, folders.archive)),
        accepted.answered({ status: 'taken' }),
      ]);
      if (isAway) taken++;
    } catch (error) {
      note(error);
    }
  }
}

type ImageContent = Extract<FileContent, { kind: 'image' }>;

interface Image {
  readonly name: string;
  readonly accepted: Accepted;
}

interface Unfit {
  readonly name: string;
  readonly code: string;
  readonly reason: string;
}

/** Files read, or put away, at the same time. */
const lanes = 8;

/** Works on all of them, a few at a time, begun in their order. */
function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): readonly Promise<Result>[] {
  const results: Promise<Result>[] = [];
  for (const [index, item] of items.entries()) {
    const before = results[index - lanes];
    results.push(before ? before.then(() => work(item)) : work(item));
  }
  return results;
}
