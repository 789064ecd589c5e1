import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '../../packages/dicom/src/association/limits.ts';
import type { WayOfSaying } from './way-of-saying.ts';

/** What hears one input after the other, all of them in one process and through one door. */
export interface Lane extends AsyncDisposable {
  /**
   * Says an input to us, in the way that belongs to it unless told otherwise.
   * @returns what the peer heard, in short; of a requester, how it ended
   * @throws Error saying what went wrong, when it did
   */
  hear(bytes: Buffer, way?: WayOfSaying): Promise<readonly string[]>;
  /** A good peer: @throws Error when it is not served as it should be */
  serveGoodPeer(): Promise<void>;
}

/** Every wait is short, so that an input which makes us wait costs seconds and not minutes. */
export const shortLimits: Partial<Limits> = {
  artim: 2_000,
  idle: 2_000,
  progressWindow: 2_000,
  lifetime: 5_000,
};

/** All these waits one after the other, and time for a machine that is busy. */
const bound = 30_000;

/** Waits for something that has to come to its end by itself. @throws Error when it does not */
export async function withinBounds<T>(what: string, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(bound, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} did not end within ${bound / 1000} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}
