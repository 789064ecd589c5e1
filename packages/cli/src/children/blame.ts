import { EngineError, PermanentError } from '@consort/core';

/** Finds out which message it is that ends the child process of its host. */
export interface Blame {
  /**
   * Has a child work on a message. One that was at work when a child ended is tried again alone, so that no neighbour is
   * blamed; the third time that a child ends with it alone, that is that.
   * @throws EngineError CHILD_ENDED, when it is to be tried again; PermanentError MESSAGE_SET_ASIDE; what `work` throws
   */
  during<Result>(message: string, work: () => Promise<Result>): Promise<Result>;
}

/** What `work` throws when the child has ended under it. */
export class ChildEnded extends EngineError {
  override readonly name = 'ChildEnded';

  /** How many messages it was at work on. */
  readonly atWork: number;

  constructor(text: string, atWork: number) {
    super('CHILD_ENDED', text);
    this.atWork = atWork;
  }
}

/** How often a child may end with the same message alone. */
const enough = 3;

/** Suspects that are remembered: one whose message was aborted meanwhile does not come back. */
const most = 1_000;

/** One for each set of workers that share a child. */
export function blame(): Blame {
  const ends = new Map<string, number>();
  const atWork = new Set<string>();
  const waiting = new Set<() => void>();
  let alone = false;
  let suspectsWaiting = 0;

  async function enter(message: string): Promise<void> {
    const isSuspect = ends.has(message);
    if (isSuspect) suspectsWaiting += 1;
    while (alone || (isSuspect ? atWork.size > 0 : suspectsWaiting > 0)) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
    if (isSuspect) suspectsWaiting -= 1;
    alone = isSuspect;
    atWork.add(message);
  }

  function leave(message: string): void {
    atWork.delete(message);
    alone = false;
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  /** @returns what to throw in the place of the end */
  function note(message: string, error: ChildEnded): EngineError {
    const count = (ends.get(message) ?? 0) + (error.atWork > 1 ? 0 : 1);
    ends.delete(message);
    if (count >= enough) {
      const text = `its child process ended ${enough} times with this message, which is set aside; the last time ${error.message}`;
      return new PermanentError('MESSAGE_SET_ASIDE', text);
    }
    ends.set(message, count);
    const [oldest] = ends.keys();
    if (ends.size > most && oldest !== undefined) ends.delete(oldest);
    return error;
  }

  return {
    async during(message, work) {
      await enter(message);
      try {
        const result = await work();
        ends.delete(message);
        return result;
      } catch (error) {
        if (error instanceof ChildEnded) throw note(message, error);
        ends.delete(message);
        throw error;
      } finally {
        leave(message);
      }
    },
  };
}
