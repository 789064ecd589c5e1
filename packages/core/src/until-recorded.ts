import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './errors.ts';
import type { EventLog } from './event.ts';

/**
 * Has something recorded, and tries again every second while the record cannot be written: its disk is full, or it
 * is away. For what has happened already, and for what a handler needs to go on: a full disk must not make a
 * finished message look unfinished, nor fail one that has done nothing wrong.
 * @param what for the Warning that says why nothing goes on: `the end of message 7`
 * @throws what the record says of anything else, and its last word once `signal` is aborted
 */
export async function untilRecorded<Result>(
  what: string,
  record: () => Promise<Result>,
  events: EventLog,
  signal: AbortSignal,
): Promise<Result> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await record();
    } catch (error) {
      if (!isAway(error) || signal.aborted) throw error;
      if (isFirst) events.log(waiting(what, error));
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

const pause = 1_000;

function isAway(error: unknown): boolean {
  return ['DISK_FULL', 'STORE_UNAVAILABLE'].includes(codeOf(error));
}

function waiting(what: string, error: unknown) {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    type: 'Warning',
    code: codeOf(error),
    text: `${what} waits until the record can be written: ${reason}`,
  } as const;
}
