import type { DocumentStore, Event, MessageStore, Retention } from '@consort/core';
import { percent } from '../disk-space.ts';
import { longHold } from './backup-hold.ts';

const hour = 3_600_000;
const lookInterval = 1_000;
/** Milliseconds. What was stored within them stays on the disk, so removing its session would make no room. */
const youngStays = 10_000;
/** Documents that are looked at in one go. */
const documentBatch = 500;

/** What a purge has removed, or would. */
export interface Purged {
  readonly sessions: number;
  readonly messages: number;
  readonly documents: number;
}

/** Which finished sessions are to go: those that ended before, ISO 8601. */
export interface PurgeBounds {
  readonly completedBefore: string;
  readonly failedBefore: string;
}

/**
 * Removes finished sessions, and the documents that nothing else refers to, in small batches.
 * @param enough asked between batches of sessions; true ends it early
 * @param isOver asked between batches of anything; true ends it at once
 * @throws the first error of a document that could not be removed, once everything else has been
 */
export async function purge(
  messages: MessageStore,
  documents: DocumentStore,
  bounds: PurgeBounds,
  {
    isDryRun = false,
    enough = () => Promise.resolve(false),
    isOver = () => false,
  }: {
    readonly isDryRun?: boolean;
    readonly enough?: () => Promise<boolean>;
    readonly isOver?: () => boolean;
  } = {},
): Promise<Purged> {
  let sessions = 0;
  let removed = 0;
  let gone = 0;
  const stuck: unknown[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const batch: Awaited<ReturnType<MessageStore['purge']>> = await messages.purge({
      ...bounds,
      after,
      isDryRun,
    });
    sessions += batch.sessions;
    removed += batch.messages;
    after = batch.after;
    if (!isDryRun) gone += await removeUnreferenced(messages, documents, isOver, stuck);
    if (isOver() || (await enough())) break;
  }
  if (stuck.length > 0) throw stuck[0];
  return { sessions, messages: removed, documents: gone };
}

/**
 * Keeps a running production's record and documents within `retention`: once an hour by age, and every second a
 * look at the disk: when less than `minFreeSpace` of it is free, completed sessions leave before their time.
 * @param warnOfHold see `backupHoldWarning`
 */
export function keepWithinRetention(
  retentionNow: () => Retention,
  messages: MessageStore,
  documents: DocumentStore,
  log: (event: Event) => void,
  warnOfHold: (least: number) => void,
): { close(): Promise<void> } {
  let isShort = false;
  let lastByAge = -Infinity;
  let inVainUntil = -Infinity;
  let isClosed = false;
  let lastFailure: string | undefined;
  let working: Promise<void> | undefined;

  async function look(): Promise<void> {
    const retention = retentionNow();
    if (performance.now() - lastByAge >= hour) {
      lastByAge = performance.now();
      const { completed, failed } = retention;
      await purge(
        messages,
        documents,
        { completedBefore: ago(completed), failedBefore: ago(failed) },
        { isOver: () => isClosed },
      );
      warnOfHold(longHold);
    }
    const free = await freePart(documents);
    if (free >= retention.minFreeSpace) {
      if (isShort)
        log({
          type: 'Info',
          code: 'SPACE_BACK',
          text: `${percent(free)} of the disk is free again`,
        });
      isShort = false;
      return;
    }
    if (!isShort) log(short(free, retention));
    isShort = true;
    if (performance.now() < inVainUntil) return;
    const begun = performance.now();
    const { documents: gone } = await makeRoom(
      messages,
      documents,
      { ...retention, completedBefore: ago(youngStays) },
      () => isClosed,
    );
    // A long record that has nothing to give is not gone through all the time.
    if (gone > 0) return;
    inVainUntil = performance.now() + 10 * (performance.now() - begun);
    warnOfHold(0);
  }

  const tick = () => {
    working ??= look()
      .then(() => (lastFailure = undefined))
      .catch((error: unknown) => {
        const text = `not everything could be purged: ${error instanceof Error ? error.message : String(error)}`;
        // Said once, until it is another or has gone: it is tried again every second.
        if (text !== lastFailure) log({ type: 'Warning', code: 'PURGE_FAILED', text });
        lastFailure = text;
      })
      .finally(() => (working = undefined));
  };
  const timer = setInterval(tick, lookInterval);
  timer.unref();
  tick();
  return {
    async close() {
      isClosed = true;
      clearInterval(timer);
      await working;
    },
  };
}

/**
 * Purges completed sessions before their time, oldest first, until `minFreeSpace` of the disk is free or none is left.
 * It ends early where that would free nothing: the documents of those that have gone wait for a backup.
 */
export async function makeRoom(
  messages: MessageStore,
  documents: DocumentStore,
  {
    completedBefore,
    failed,
    minFreeSpace,
  }: Pick<Retention, 'failed' | 'minFreeSpace'> & { readonly completedBefore: string },
  isOver: () => boolean,
): Promise<Purged> {
  const early = { completedBefore, failedBefore: ago(failed) };
  return purge(messages, documents, early, {
    isOver,
    enough: async () =>
      (await freePart(documents)) >= minFreeSpace ||
      (await messages.unreferencedDocuments(documentBatch)).length === documentBatch,
  });
}

async function freePart(documents: DocumentStore): Promise<number> {
  const { size, free } = await documents.space();
  return free / size;
}

/** The hour that lies so many milliseconds back; before everything for Infinity. */
export function ago(milliseconds: number): string {
  return milliseconds === Infinity ? '' : new Date(Date.now() - milliseconds).toISOString();
}

async function removeUnreferenced(
  messages: MessageStore,
  documents: DocumentStore,
  isOver: () => boolean,
  stuck: unknown[],
): Promise<number> {
  let gone = 0;
  for (;;) {
    const digests = await messages.unreferencedDocuments(documentBatch);
    const before = gone;
    for (const digest of digests) {
      try {
        if (await documents.remove(digest, () => messages.forgetDocument(digest))) gone += 1;
      } catch (error) {
        stuck.push(error);
      }
    }
    // What stays, a backup still has to copy: the next purge looks again.
    if (digests.length < documentBatch || gone === before || isOver()) return gone;
  }
}

function short(free: number, { minFreeSpace, refuseBelow }: Retention): Event {
  return {
    type: 'Warning',
    code: 'SPACE_SHORT',
    text:
      `${percent(free)} of the disk is free, less than retention.minFreeSpace (${percent(minFreeSpace)}): ` +
      `completed sessions are purged early; below ${percent(refuseBelow)} images wait for that, and are refused when none is left`,
  };
}
