import type { SendKey, Sent } from './new-request.ts';
import type { MessageBody } from './message.ts';

/** How the record keeps several answers to one request. */
export interface AnswerCalls {
  /**
   * Records one answer of several to the request that the process which sends is working on: a Response in the
   * queue of the service that waits, which others follow. A replay of the same (parent, index) does nothing.
   * @throws EngineError ANSWER_UNEXPECTED when the request is not that of a service that wants a response,
   *   ALREADY_ANSWERED when it has its last response, REPLAY_MISMATCH, CLAIM_LOST
   */
  answerInPart(answer: {
    readonly source: string;
    readonly body: MessageBody;
    readonly parent: SendKey;
  }): Promise<Sent & { readonly service: string }>;

  /** Notes on a request that no more answers to it are wanted; again, or after its end, it changes nothing. */
  cancel(requestId: number): Promise<void>;
}
