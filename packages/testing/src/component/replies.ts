import {
  defineOperation,
  PermanentError,
  type ErrorCode,
  type MessageBody,
  type Request,
} from '@consort/core';
import { z } from 'zod';

/**
 * What a target answers: a body; undefined for an answer without one; a function of the request, which may throw as
 * an operation does; `never`, which is silence.
 */
export type Reply =
  | MessageBody
  | undefined
  | typeof never
  | ((request: Request) => Promise<MessageBody | undefined> | MessageBody | undefined);

/** A target's answers to its requests, one after the other, of which the last stands for all that follow; or one for all. */
export type Replies = Reply | readonly Reply[];

/** The reply of a target that does not answer: whoever waits for it waits until its time-out. */
export const never = Symbol('never');

/** The reply of a target that fails for good; its sender gets REQUEST_FAILED, with this code in its `origin`. */
export function fails(code: ErrorCode, text = `this target fails with ${code}`): Reply {
  return () => {
    throw new PermanentError(code, text);
  };
}

/** An operation that answers as a test has said. */
export function scriptedTarget(name: string, replies: Replies) {
  let count = 0;
  return defineOperation({
    description: `${name}, played by a test.`,
    settings: z.object({}),
    async onMessage(request, { signal }) {
      const list: readonly Reply[] = Array.isArray(replies) ? replies : [replies as Reply];
      const reply = list[Math.min(count++, list.length - 1)];
      if (reply === never) return untilStopped(signal);
      return typeof reply === 'function' ? reply(request) : reply;
    },
  });
}

function untilStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new Error('this target never answers'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}
