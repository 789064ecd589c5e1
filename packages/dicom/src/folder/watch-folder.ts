import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, type ServiceContext } from '@consort/core';
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
  const warn = onceAMinute(context);
  const since = { taken: 0, inErrors: 0 };
  let shown = describe();

  function describe(): string {
    const watches = `watches ${folders.files} for ${fileSpec.join(', ')}`;
    const { taken, inErrors } = since;
    return taken + inErrors === 0 ? watches : `${watches}: ${taken} taken, ${inErrors} in errors`;
  }

  /** @returns whether to look again at once; @throws what kept files from being taken */
  async function look(): Promise<boolean> {
    const unfit: string[] = [];
    try {
      for (const batch of await work.left()) await take(batch, unfit);
      const found = await scanFolder(folders.files, fileSpec, subdirectoryLevels, folders.skipped);
      if (found.unnamed > 0) warn(unnamed(found.unnamed, folders.files));
      const names = settled.of(found.files).map(({ name }) => name);
      for (let from = 0; from < names.length && !signal.aborted; from += batchSize) {
        const { batch, failures } = await work.take(names.slice(from, from + batchSize));
        const notBegun = await take(batch, unfit);
        // Only new ones: of those that were left, the record may have the message.
        if (notBegun.length > 0) await work.putBack(batch, notBegun);
        if (failures[0]) throw failures[0];
      }
      return found.hasMore && names.length > 0;
    } finally {
      if (unfit.length > 0) context.log(putAside(unfit, folders.errors));
    }
  }

  /** @returns the files that were not begun, because the service ends; @throws why some are left in the work folder */
  async function take(batch: Batch, unfit: string[]): Promise<readonly string[]> {
    const { trouble, ...came }: Taken = await takeBatch(batch, taking);
    since.taken += came.taken;
    since.inErrors += came.unfit.length;
    unfit.push(...came.unfit);
    await show();
    if (trouble !== undefined) throw trouble;
    return came.notBegun;
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
        warn(waiting(error, folders.files));
      }
      if (isAtOnce) continue;
      lastShown = -Infinity;
      await show();
      // Those that were new are taken as soon as they can have settled.
      const wait = settled.hasOpen ? Math.min(callInterval, fileAccessTimeout) : callInterval;
      const pause = Math.min(Math.max(wait, shortest), longest);
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

const isFull = new Set(['ENOSPC', 'EDQUOT']);

/** No file is named in an event: its name may hold values of the image. */
function waiting(error: unknown, folder: string) {
  const { code: systemCode = 'an error' } = error as NodeJS.ErrnoException;
  // The text of a file system's error has the path.
  const [code, reason] =
    error instanceof EngineError
      ? [error.code, error.message]
      : [isFull.has(systemCode) ? 'DISK_FULL' : 'FILE_NOT_TAKEN', systemCode];
  return {
    type: 'Warning',
    code,
    text: `files in ${folder} wait until they can be taken in: ${reason}; it is tried again at each look`,
  } as const;
}

function putAside(codes: readonly string[], errors: string) {
  const [code = '', ...others] = new Set(codes);
  const [files, it] =
    codes.length === 1 ? ['1 file was', 'it'] : [`${codes.length} files were`, 'each'];
  return {
    type: 'Error',
    code,
    text:
      `${files} not taken in (${[code, ...others].join(', ')}) and moved to ${errors}; ` +
      `NAME.reason.txt beside ${it} says why`,
  } as const;
}

function unnamed(count: number, folder: string) {
  return {
    type: 'Warning',
    code: 'FILE_NOT_TAKEN',
    text: `files in ${folder} cannot be taken in, as their names are no UTF-8 (${count}); rename them`,
  } as const;
}
