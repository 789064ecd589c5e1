import { codeOf, EngineError, PermanentError } from '@consort/core';
import { NotesOnMessages } from './notes-on-messages.ts';

// Enough to tell the image from the network; fewer than the tries that a patient retry policy makes.
const mostBroken = 3;

/**
 * Which images were under way when new associations of their own broke: an image that the peer crashes on must not
 * hold up the others for ever. It is given up after three associations, one after the other. But only one image is
 * until the peer has answered another: a peer that breaks every association is broken itself, and images wait for it.
 */
export class BrokenAssociations {
  readonly #peer: string;
  /** The code of each failure. */
  readonly #failures = new NotesOnMessages<readonly string[]>();
  #hasGivenUpOne = false;

  /** @param peer for the errors: `PACS at 10.0.0.1:104` */
  constructor(peer: string) {
    this.#peer = peer;
  }

  /**
   * Takes up what the record says of a message that an earlier run has tried: its last failure, one of those that
   * count, is known to be one. The record has no more of them than that one.
   */
  recall(messageId: number, lastFailure: string | undefined): void {
    if (lastFailure === undefined || !breaks.has(lastFailure)) return;
    if (!this.#failures.get(messageId)) this.#failures.set(messageId, [lastFailure]);
  }

  /** Whether the image of this message has broken an association: it goes on a new one. */
  has(messageId: number): boolean {
    return (this.#failures.get(messageId)?.length ?? 0) > 0;
  }

  /** The peer has answered this message, whatever it said. */
  answered(messageId: number): void {
    // Not forgotten: what its record says of an earlier run is over too.
    if (this.#failures.get(messageId)) this.#failures.set(messageId, []);
    this.#hasGivenUpOne = false;
  }

  /**
   * A new association broke while the image of this message was under way.
   * @returns what to throw: the reason, to be tried again, or PermanentError IMAGE_BREAKS_ASSOCIATION
   */
  broke(messageId: number, reason: Error): Error {
    const codes = [...(this.#failures.get(messageId) ?? []), codeOf(reason)];
    this.#failures.set(messageId, codes);
    if (codes.length < mostBroken || this.#hasGivenUpOne) return reason;
    this.#failures.delete(messageId);
    this.#hasGivenUpOne = true;
    const late = codes.filter((code) => code === 'PEER_TIMEOUT').length;
    return new PermanentError(
      'IMAGE_BREAKS_ASSOCIATION',
      `${this.#peer} has not taken message ${messageId} on ${codes.length} associations of its own: ` +
        `${codes.length - late} ended in the middle of it, ${late} went without an answer; the last: ${reason.message}. ` +
        `The others go on. See what the peer logged, mend it or the image, then production resend ${messageId}`,
      { cause: reason },
    );
  }
}

/** Whether an error means that the association is over, through the peer's doing or its silence. */
export function isBroken(error: unknown): error is EngineError {
  return error instanceof EngineError && breaks.has(error.code);
}

const breaks: ReadonlySet<string> = new Set(['ASSOCIATION_ABORTED', 'PEER_TIMEOUT']);
