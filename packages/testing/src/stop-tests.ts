const open = new Set<() => Promise<void>>();

/**
 * Ends every component and production that the tests of this process have begun and not ended. For a test runner that
 * does not know `await using`: `afterEach(stopTests)`, in vitest and in node:test alike.
 */
export async function stopTests(): Promise<void> {
  for (const stop of [...open].toReversed()) await stop();
}

/** Makes of what ends something that which ends it once, and is known to `stopTests` until then. */
export function keepForCleaning(end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | undefined;
  const stop = () => {
    open.delete(stop);
    return (ended ??= end());
  };
  open.add(stop);
  return stop;
}
