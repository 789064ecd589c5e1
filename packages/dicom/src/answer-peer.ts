import {
  codeOf,
  type Accepted,
  type Answer,
  type ErrorStatus,
  type ServiceContext,
} from '@consort/core';
import { isDicomDocument } from './document.ts';
import type { AssociationInfo, StoreCommand, StoreReply } from './gate/door.ts';
import { orGone } from './or-gone.ts';
import { statusHex } from './dimse-status.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

type Service = ServiceContext<TcpServiceSettings>;

/**
 * The answer to a C-STORE whose image is in the record: at once under `acknowledge: stored`, else the
 * target's, else what `onFailure` says. An image that came back and was discarded is a Success: both have it. What the peer was really told is noted on the request.
 * @param flushed the flush of the record that has the message: no Success without it. It goes on beside the work, as a
 * Success promises the message and its file; the work's own legs can be done again
 */
export async function answerPeer(
  context: Service,
  accepted: Accepted,
  flushed: Promise<void>,
  command: StoreCommand,
  signal: AbortSignal,
): Promise<StoreReply> {
  const { acknowledge, responseTimeout } = context.settings;
  if (acknowledge === 'stored' || accepted.isDiscarded)
    return onceOnDisk(context, accepted, flushed, 0x0000);
  const answer = await orGone(signal, accepted.answer(responseTimeout)).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  if (answer instanceof Error) {
    const troubles = await accepted.troubles().catch(() => []);
    const seconds = responseTimeout / 1000;
    const why = `no answer to message ${accepted.messageId} within ${seconds} s`;
    return failureReply(context, accepted, troubles, why, (told) => `${told} after ${seconds} s`);
  }
  return replyOf(context, accepted, command, answer, flushed);
}

/** The answer to an image that was not taken in: the message was never recorded (PS3.4 section B.2.3). */
export function notTaken(context: Service, association: AssociationInfo, error: Error): StoreReply {
  const code = codeOf(error);
  const status = statuses[code] ?? 0x0110;
  context.log({
    type: 'Error',
    code,
    text:
      `an image from ${association.callingAeTitle} at ${association.peerAddress} was not taken in and answered ` +
      `${statusHex(status)}: ${error.message}`,
    details: { associationId: association.id },
  });
  return { status, errorComment: `${code}: not stored`.slice(0, 64) };
}

const statuses: Readonly<Record<string, number>> = {
  DISK_FULL: 0xa700,
  STORE_UNAVAILABLE: 0xa700,
  INSTANCE_MISMATCH: 0xa900,
  DATA_SET_UNREADABLE: 0xc000,
};

async function replyOf(
  context: Service,
  accepted: Accepted,
  command: StoreCommand,
  answer: Answer,
  flushed: Promise<void>,
): Promise<StoreReply> {
  const { body, error } = answer;
  if (error) {
    const why = `message ${accepted.messageId} failed: ${error.origin?.code ?? error.code}`;
    return failureReply(context, accepted, [error], why, undefined, answer);
  }
  const response = body && isDicomDocument(body) ? body.command : undefined;
  if (
    response?.commandField !== 'C-STORE-RSP' ||
    response.messageIdBeingRespondedTo !== command.messageId
  ) {
    context.log({
      type: 'Error',
      code: 'ANSWER_UNFIT',
      text: `${context.settings.target} ended message ${accepted.messageId} without a C-STORE response for it; return storageResponse(request)`,
      sessionId: accepted.sessionId,
      messageId: accepted.messageId,
    });
    const why = `message ${accepted.messageId}: no C-STORE response`;
    return failureReply(
      context,
      accepted,
      [],
      why,
      (told) => `no C-STORE response; ${told}`,
      answer,
    );
  }
  return onceOnDisk(context, accepted, flushed, response.status ?? 0x0000, {
    answer,
    errorComment: response.errorComment,
  });
}

/** The status, once the record is on disk; A700 when it cannot be brought there, although the message goes on. */
async function onceOnDisk(
  { log }: Service,
  accepted: Accepted,
  flushed: Promise<void>,
  status: number,
  more: Telling = {},
): Promise<StoreReply> {
  try {
    await flushed;
    return reply(status, accepted, more);
  } catch (error) {
    const { messageId, sessionId } = accepted;
    log({
      type: 'Error',
      code: codeOf(error),
      text:
        `message ${messageId} is recorded and goes on, but whether the record is on disk is not known, ` +
        `so its peer was answered A700: ${error instanceof Error ? error.message : String(error)}`,
      sessionId,
      messageId,
    });
    const note = 'answered A700: the record could not be synced';
    return reply(0xa700, accepted, {
      ...more,
      errorComment: `message ${messageId}: not synced`,
      note,
    });
  }
}

/** What the peer hears of a failure: A700 when a disk is full further on, else what `onFailure` says. */
function failureReply(
  { settings: { onFailure } }: Service,
  accepted: Accepted,
  troubles: readonly ErrorStatus[],
  why: string,
  note?: (told: string) => string,
  answer?: Answer,
): StoreReply {
  if (troubles.some(({ code, origin }) => code === 'DISK_FULL' || origin?.code === 'DISK_FULL')) {
    return reply(0xa700, accepted, { answer, errorComment: why, note: note?.('answered A700') });
  }
  if (onFailure === 'abort') {
    // As in the article: service-provider, reason not specified (PS3.8 section 9.3.8).
    const abort = { source: 2, reason: 0 };
    return {
      ...reply(0x0110, accepted, { answer, note: note?.('aborted'), told: 'abort' }),
      abort,
    };
  }
  const { status, comment = why } = onFailure;
  return reply(status, accepted, {
    answer,
    errorComment: comment,
    note: note?.(`answered ${statusHex(status)}`),
  });
}

/** What goes with a status, and what is noted of it. */
interface Telling {
  /** The leg that ends with it. */
  readonly answer?: Answer | undefined;
  readonly errorComment?: string | undefined;
  /** Why the answer's leg is set aside. */
  readonly note?: string | undefined;
  /** What the peer was told, where it is no status. */
  readonly told?: string;
}

/** A reply that, once it was told or the peer found gone, is noted on the request and ends the answer's leg. */
function reply(status: number, accepted: Accepted, more: Telling = {}): StoreReply {
  const { answer, errorComment, note, told = statusHex(status) } = more;
  const noteDown = async (outcome: 'sent' | 'peer gone') => {
    const reason = outcome === 'sent' ? note : 'peer gone';
    await Promise.all([
      answer?.settle(reason ? { status: 'Discarded', note: reason } : { status: 'Completed' }),
      accepted.answered({
        status: outcome === 'sent' ? told : 'none',
        ...(reason ? { note: reason } : {}),
      }),
    ]);
  };
  return {
    status,
    ...(errorComment ? { errorComment: errorComment.slice(0, 64) } : {}),
    // The peer has been told; when the record is away, recovery ends the leg later.
    told: (outcome) => void noteDown(outcome).catch(() => undefined),
  };
}
