import { EngineError } from '@consort/core';

/** Has a few things done at the same time, and the others wait. */
export interface Turns {
  /** @throws EngineError TOO_MANY_REQUESTS when too many wait already; what `act` throws */
  take<Value>(act: () => Promise<Value>): Promise<Value>;
}

/**
 * @param atOnce things that are done at the same time
 * @param waiting things that may wait
 */
export function openTurns(atOnce: number, waiting: number): Turns {
  const queue: (() => void)[] = [];
  let left = atOnce;
  return {
    async take(act) {
      if (left > 0) left -= 1;
      else if (queue.length < waiting) await new Promise<void>((resolve) => queue.push(resolve));
      else {
        throw new EngineError('TOO_MANY_REQUESTS', `${waiting} others wait already; ask again`);
      }
      try {
        return await act();
      } finally {
        const next = queue.shift();
        if (next) next();
        else left += 1;
      }
    },
  };
}
