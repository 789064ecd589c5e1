import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceContext } from '@consort/core';
import { filesToPutAway } from './files-to-put-away.ts';
import { notPutAway, notTaken, putAside, unnamed } from './folder-events.ts';
import { scanFolder } from './scan-folder.ts';
import { settledFiles } from './settled-files.ts';
import { takeBatch, type Taken } from './take-batch.ts';
import { workFolder, type Batch } from './work-folder.ts';
import type { Folders } from './folders.ts';
import type { FileServiceSettings } from '../file-service.ts';

/** A folder that is looked at again and again. */
export interface Watch {
  /** What is watched, and what has come of it since the start. */
  describe(): string;
  /** Begins no more files; resolves when those under way have ended, or after `grace` milliseconds. */
  close(grace: number): Promise<void>;
}

/** Files that are moved, recorded and brought to disk together. */
const batchSize = 64;

/** Watches a folder: every file that has settled becomes a message. */
export function watchFolder(context: ServiceContext<FileServiceSettings>, folders: Folders): Watch {
  const { settings, production, host } = context;
  const { fileSpec, subdirectoryLevels, callInterval, fileAccessTimeout, target } = settings;
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, context.signal]);
  const settled = settledFiles(settings.confirmComplete === 'size' ? fileAccessTimeout : 0);
  const work = workFolder(folders, `${production.id}/${host}`);
  const taking = { context, target, folders, work, signal };
  const waiting = filesToPutAway();
  const warn = onceAMinute(context);
  const since = { taken: 0, inErrors: 0 };
  let shown = describe();

  function describe(): string {
    const watches = `watches ${folders.files} for ${fileSpec.join(', ')}`;
    const { taken, inErrors } = since;
    const { count } = waiting;
    if (taken + inErrors + count === 0) return watches;
    const stuck = count === 0 ? '' : `, ${count} not put away`;
    return `${watches}: ${taken} taken, ${inErrors} in errors${stuck}`;
  }

  /** @returns whether to look again at once; @throws what kept files from being taken */
  async function look(): Promise<boolean> {
    const unfit: string[] = [];
    try {
      await putAwayAgain(unfit);
      for (const batch of await work.left(waiting.folders)) await take(batch, unfit);
      const found = await scanFolder(folders.files, fileSpec, subdirectoryLevels, folders.skipped);
      if (found.unnamed > 0) warn(unnamed(found.unnamed, folders.files));
      const names = settled.of(found.files).map(({ name }) => name);
      let moved = 0;
      for (let from = 0; from < names.length && !signal.aborted; from += batchSize) {
        const { batch, failures } = await work.take(names.slice(from, from + batchSize));
        const notBegun = await take(batch, unfit);
        // Only new ones: of those that were left, the record may have the message.
        if (notBegun.length > 0) await work.putBack(batch, notBegun);
        moved += batch.names.length;
        // One that cannot be moved is left where it is.
        if (failures[0]) warn(notTaken(failures[0], folders.files));
      }
      return found.hasMore && moved > 0;
    } finally {
      if (unfit.length > 0) context.log(putAside(unfit, folders.errors));
    }
  }

  /** @returns the files that were not begun, because the service ends; @throws why some are left in the work folder */
  async function take(batch: Batch, unfit: string[]): Promise<readonly string[]> {
    const { trouble, keptFor, ...came }: Taken = await takeBatch(batch, taking);
    since.taken += came.taken;
    since.inErrors += came.unfit.length;
    unfit.push(...came.unfit);
    // With others of its batch it is found by the next look.
    if (came.kept.length > 0 && !came.hasMore) waiting.add(batch.folder, came.kept);
    if (keptFor !== undefined) warn(notPutAway(keptFor, folders));
    await show();
    if (trouble !== undefined) throw trouble;
    return came.notBegun;
  }

  async function putAwayAgain(unfit: string[]): Promise<void> {
    const { files, folders: empty, failure } = await waiting.tryAgain();
    for (const { code } of files) {
      if (code === undefined) since.taken += 1;
      else unfit.push(code);
    }
    since.inErrors += unfit.length;
    for (const folder of empty) await work.end({ folder });
    if (failure !== undefined) warn(notPutAway(failure, folders));
  }

  /** Once a second at most: a line for people. */
  let lastShown = -Infinity;
  async function show(): Promise<void> {
    const detail = describe();
    if (detail === shown || performance.now() - lastShown < 1_000) return;
    lastShown = performance.now();
    shown = detail;
    await context.setDetail(detail).catch(() => undefined); // The record is away; the next look tells of it.
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      let isAtOnce = false;
      try {
        isAtOnce = await look();
      } catch (error) {
        warn(notTaken(error, folders.files));
      }
      if (isAtOnce) continue;
      lastShown = -Infinity;
      await show();
      // Those that were new are taken as soon as they can have settled.
      const wait = settled.hasOpen ? Math.min(callInterval, fileAccessTimeout) : callInterval;
      const pause = Math.min(Math.max(Math.min(wait, waiting.wait), shortest), longest);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  const ended = watch();
  return {
    describe,
    async close(grace) {
      closing.abort();
      await Promise.race([ended, sleep(grace, undefined, { ref: false })]);
    },
  };
}

/** Milliseconds between two looks, whatever is set. */
const shortest = 50;
const longest = 24 * 3_600_000;

/** What keeps files from being taken lasts: it is said once a minute for each code. */
function onceAMinute({ log }: Pick<ServiceContext<unknown>, 'log'>) {
  const last = new Map<string, number>();
  return (event: { readonly type: 'Warning'; readonly code: string; readonly text: string }) => {
    const now = performance.now();
    if (now - (last.get(event.code) ?? -Infinity) < 60_000) return;
    last.set(event.code, now);
    log(event);
  };
}
