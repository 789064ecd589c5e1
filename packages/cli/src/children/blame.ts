import { ChildEnded, countEnds } from './count-ends.ts';

/** Finds out which message it is that ends the child process of its host. */
export interface Blame {
  /**
   * Has a child work on a message. One that was at work when a child ended is tried again alone, so that no neighbour is
   * blamed; the third time that a child ends with it alone, that is that.
   * @throws EngineError CHILD_ENDED, when it is to be tried again; PermanentError MESSAGE_SET_ASIDE; what `work` throws
   */
  during<Result>(message: string, work: () => Promise<Result>): Promise<Result>;
}

/** One for each set of workers that share a child. */
export function blame(): Blame {
  const ends = countEnds();
  const atWork = new Set<string>();
  const waiting = new Set<() => void>();
  let aloneAtWork: string | undefined;
  let suspectsWaiting = 0;

  function mustWait(isSuspect: boolean): boolean {
    return aloneAtWork !== undefined || (isSuspect ? atWork.size > 0 : suspectsWaiting > 0);
  }

  async function enter(message: string): Promise<void> {
    const isSuspect = ends.isSuspect(message);
    if (isSuspect) suspectsWaiting += 1;
    while (mustWait(isSuspect)) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
    if (isSuspect) suspectsWaiting -= 1;
    if (isSuspect) aloneAtWork = message;
    atWork.add(message);
  }

  function leave(message: string): void {
    atWork.delete(message);
    if (aloneAtWork === message) aloneAtWork = undefined;
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  return {
    async during(message, work) {
      await enter(message);
      try {
        const result = await work();
        ends.forget(message);
        return result;
      } catch (error) {
        if (error instanceof ChildEnded) throw ends.note(message, error);
        ends.forget(message);
        throw error;
      } finally {
        leave(message);
      }
    },
  };
}
