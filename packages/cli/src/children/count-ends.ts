import { EngineError, PermanentError } from '@consort/core';

/** A child process has ended under a message. */
export class ChildEnded extends EngineError {
  override readonly name = 'ChildEnded';
  /** How many messages it was at work on. */
  readonly atWork: number;

  constructor(text: string, atWork: number) {
    super('CHILD_ENDED', text);
    this.atWork = atWork;
  }
}

/** Counts how often a child process has ended under each message. */
export interface EndsOfMessages {
  /** Whether one has, and the message has not come to an end since. */
  isSuspect(message: string): boolean;
  /**
   * Counts an end, unless other messages were at work too.
   * @returns what to throw: the end itself, when the message is to be tried again; PermanentError MESSAGE_SET_ASIDE
   */
  note(message: string, error: ChildEnded): EngineError;
  /** It has come to an end of its own. */
  forget(message: string): void;
}

/** How often a child may end with the same message alone. */
const enough = 3;

/** Suspects that are remembered: one whose message was aborted meanwhile does not come back. */
const most = 1_000;

export function countEnds(): EndsOfMessages {
  const ends = new Map<string, number>();
  return {
    isSuspect: (message) => ends.has(message),
    forget: (message) => void ends.delete(message),
    note(message, error) {
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
    },
  };
}
