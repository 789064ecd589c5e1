import type { DisabledHost } from './message-reader.ts';
import type { BusinessType, MessageBody, MessageHeader } from './message.ts';

/** What a person does to the record; part of `MessageStore`. */
export interface OperatorCalls {
  /**
   * Disables a host, until `enableHost`: it claims nothing, and its queue goes on taking messages.
   * A second time changes nothing.
   */
  disableHost(disabled: DisabledHost): Promise<void>;

  /** @returns false when it was not disabled */
  enableHost(name: string): Promise<boolean>;

  /**
   * Sends a request again: a new header in the same session, with the same body or the one given. Nobody waits for
   * its response.
   * @param options.isHead before everything else in the queue
   * @returns the new header
   * @throws EngineError NOT_FOUND, STATUS_ILLEGAL for what is no request to a host
   */
  resend(
    id: number,
    options: {
      readonly target?: { readonly name: string; readonly type: BusinessType };
      readonly body?: MessageBody;
      readonly isHead?: boolean;
    },
  ): Promise<MessageHeader>;

  /**
   * Puts a Suspended message back into its queue, with the same header and the same body or the one given.
   * @throws EngineError NOT_FOUND, STATUS_ILLEGAL
   */
  resubmit(id: number, body?: MessageBody): Promise<MessageHeader>;

  /** Suspended → Discarded, with a note. @throws EngineError NOT_FOUND, STATUS_ILLEGAL */
  discard(id: number, note: string): Promise<void>;

  /**
   * Ends a message that is not finished: Aborted, with a note. A worker that has it finds its claim lost;
   * whoever waits for its response is told ABORTED.
   * @returns the response's header, when one was recorded
   * @throws EngineError NOT_FOUND, STATUS_ILLEGAL
   */
  abort(id: number, note: string): Promise<MessageHeader | undefined>;

  /**
   * Removes sessions all of whose messages ended before a time: headers, bodies, events. Those with a message in
   * Error or Aborted go by `failedBefore`, the others by `completedBefore`; ISO 8601. One small batch of sessions
   * with ids above `after`.
   * @returns what was, or with `isDryRun` would be, removed; `after` for the next batch, absent after the last
   */
  purge(what: {
    readonly completedBefore: string;
    readonly failedBefore: string;
    readonly after: number;
    readonly isDryRun: boolean;
  }): Promise<{ readonly sessions: number; readonly messages: number; readonly after?: number }>;

  /** Digests of documents whose last message was purged, oldest first. */
  unreferencedDocuments(limit: number): Promise<readonly string[]>;

  /** Takes a document off that list. @returns whether no message names it now, so that its file may go */
  forgetDocument(digest: string): Promise<boolean>;
}
