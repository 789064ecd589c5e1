import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How files stand at one moment: which of them are there, and when each was written last. */
export type FileState = ReadonlyMap<string, string | undefined>;

/** Milliseconds between two looks. */
const pause = 150;
/** Milliseconds that a file may be away while an editor puts another in its place. */
const absence = 1_000;

/** How these files stand now. */
export function stateOf(files: readonly string[]): FileState {
  return new Map(files.map((file) => [file, stampOf(file)]));
}

/**
 * Resolves with how files stand once they stand otherwise than before and have come to rest: editors write several
 * times, or write another file and rename it. They are looked at rather than watched, which misses nothing on network
 * drives and in containers, and costs a few calls of stat.
 * @param files asked anew for each look
 * @returns undefined when the signal came first
 */
export async function nextState(
  files: () => readonly string[],
  before: FileState,
  signal: AbortSignal,
): Promise<FileState | undefined> {
  let last = before;
  let changedAt: number | undefined;
  while (!signal.aborted) {
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    const state = stateOf(files());
    if (isSame(state, before)) {
      changedAt = undefined;
    } else if (!isSame(state, last)) {
      changedAt = Date.now();
    } else if (changedAt !== undefined) {
      const isAwaited = isAnyGone(state, before) && Date.now() - changedAt < absence;
      if (!isAwaited) return state;
    }
    last = state;
  }
  return undefined;
}

function stampOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found && `${found.mtimeNs} ${found.size} ${found.ino}`;
}

function isSame(one: FileState, other: FileState): boolean {
  return one.size === other.size && [...one].every(([file, stamp]) => stamp === other.get(file));
}

function isAnyGone(state: FileState, before: FileState): boolean {
  return [...before].some(([file, stamp]) => stamp !== undefined && !state.get(file));
}
