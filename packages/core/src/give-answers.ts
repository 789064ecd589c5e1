import type { Answers } from './component.ts';
import { EngineError } from './errors.ts';
import type { Engine } from './host.ts';
import { isFinished } from './message-status.ts';
import type { MessageBody } from './message.ts';
import type { Sender } from './sender.ts';

/** How many answers may be on their way to whoever asked before the next one is asked for. */
const underWay = 8;

/** What is answered when no more answers are wanted and the process has no last one of its own. */
const cancelled: MessageBody = { type: 'cancelled' };

/**
 * Sends what a process yields to the service that waits, each as a leg of its own, no faster than they are taken.
 * @param cancelling aborted when the record says that no more answers are wanted; the process is ended at its `yield`
 * @param signal aborted when the host stops
 * @returns the last answer, which the process returns; undefined when it returns none
 * @throws EngineError STOPPING, and what the process throws unless that comes of its being cancelled
 */
export async function giveAnswers(
  answers: Answers,
  requestId: number,
  engine: Pick<Engine, 'messages' | 'responses'>,
  sends: Pick<Sender, 'answerInPart'>,
  cancelling: AbortController,
  signal: AbortSignal,
): Promise<MessageBody | undefined> {
  const watch = watchRequest(requestId, engine, cancelling, signal);
  const sent: number[] = [];
  try {
    for (;;) {
      const isWanted = !cancelling.signal.aborted;
      const { done, value } = isWanted ? await answers.next() : await answers.return(undefined);
      if (done) return value ?? (cancelling.signal.aborted ? cancelled : undefined);
      if (cancelling.signal.aborted) continue; // Ended at this `yield`.
      sent.push((await sends.answerInPart(value)).id);
      if (sent.length >= underWay) await watch.untilTaken(sent.shift()!);
    }
  } catch (error) {
    if (cancelling.signal.aborted && !signal.aborted) return cancelled;
    throw error;
  } finally {
    watch.close();
    await answers.return(undefined).catch(() => undefined); // Its `finally` runs, whatever has happened here.
  }
}

interface Watch {
  /** Resolves when an answer has been taken, or no more are wanted. */
  untilTaken(answerId: number): Promise<void>;
  close(): void;
}

/** Follows the record, which a hint says has changed: is an answer taken, are more wanted? */
function watchRequest(
  requestId: number,
  { messages, responses }: Pick<Engine, 'messages' | 'responses'>,
  cancelling: AbortController,
  signal: AbortSignal,
): Watch {
  let changed = Promise.withResolvers<void>();

  async function look(): Promise<void> {
    const request = await messages.message(requestId).catch(() => undefined);
    if (request?.header.cancelledAt || request?.header.answered) cancelling.abort();
    tell();
  }

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  const unwatch = responses.watch(requestId, () => void look());
  signal.addEventListener('abort', tell);
  return {
    async untilTaken(answerId) {
      for (;;) {
        const change = changed.promise;
        const answer = await messages.message(answerId).catch(() => undefined);
        if (cancelling.signal.aborted || (answer && isFinished(answer.header.status))) return;
        if (signal.aborted) {
          const text = `stopped before answer ${answerId} to message ${requestId} was taken`;
          throw new EngineError('STOPPING', text);
        }
        await change;
      }
    },
    close() {
      unwatch();
      signal.removeEventListener('abort', tell);
    },
  };
}
