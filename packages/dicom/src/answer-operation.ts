import type { Accepted, Answer, ServiceContext } from '@consort/core';
import { isPending } from './dimse-status.ts';
import { dataSetToSend } from './data-set-to-send.ts';
import { documentBytes } from './document-bytes.ts';
import { isDicomDocument, type DicomDocument } from './document.ts';
import { type OperationReply, type OperationRequest, type Wishes } from './gate/operation.ts';
import { statusHex } from './dimse-status.ts';
import { failureStatus } from './operation-status.ts';
import { orGone } from './or-gone.ts';
import { countSubOperations, type SubOperations } from './sub-operations.ts';
import { targetOf } from './target-of.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

type Service = ServiceContext<TcpServiceSettings>;

/** Cancelled: matching or sub-operations terminated due to a Cancel request (PS3.4 tables C.4-1 to C.4-3). */
const cancelledStatus = 0xfe00;

/** A request that the record has, and when that is on disk. */
export interface TakenOperation {
  readonly accepted: Accepted;
  /** No answer before it. */
  readonly flushed: Promise<void>;
}

/**
 * The answers to an operation as its target gives them; when it fails, is too late or gives what does not fit, a
 * failure as `onFailure` says. What the peer was really told is noted on the request and on each answer.
 */
export async function* answerOperation(
  context: Service,
  request: OperationRequest,
  { accepted, flushed }: TakenOperation,
  { gone, cancelled }: Wishes,
): AsyncGenerator<OperationReply> {
  const { responseTimeout } = context.settings;
  const subOperations = countSubOperations();
  const cancel = () => void accepted.cancel().catch(() => undefined); // Recovery has nothing to do: it only saves work.
  if (cancelled.aborted) cancel();
  else cancelled.addEventListener('abort', cancel, { once: true });
  const answers = accepted.answers(responseTimeout)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const answer = await orGone(gone, answers.next()).then(
        ({ value }) => value as Answer,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      if (answer instanceof Error) {
        yield tooLate(context, request, accepted, gone);
        return;
      }
      const reply = await replyOf(context, request, accepted, flushed, answer, subOperations);
      yield reply;
      if (isEnd(reply)) return;
    }
  } finally {
    cancelled.removeEventListener('abort', cancel);
  }
}

/** Says whether a reply ends its operation. */
function isEnd(reply: OperationReply): boolean {
  return reply.kind === 'abort' || (reply.kind === 'response' && !isPending(reply.elements.status));
}

/** No answer came in time; or the peer is gone, and the note says so. */
function tooLate(
  context: Service,
  request: OperationRequest,
  accepted: Accepted,
  gone: AbortSignal,
): OperationReply {
  const seconds = context.settings.responseTimeout / 1000;
  const why = `no answer to message ${accepted.messageId} within ${seconds} s`;
  return failure(context, request, accepted, 'HANDLER_FAILED', gone.aborted ? 'peer gone' : why);
}

async function replyOf(
  context: Service,
  request: OperationRequest,
  accepted: Accepted,
  flushed: Promise<void>,
  answer: Answer,
  subOperations: SubOperations,
): Promise<OperationReply> {
  const { body, error } = answer;
  const { messageId } = accepted;
  if (error) {
    const { code } = error.origin ?? error;
    return failure(
      context,
      request,
      accepted,
      code,
      `message ${messageId} failed: ${code}`,
      answer,
    );
  }
  if (body?.type === 'cancelled') {
    // The numbers say how far it came (PS3.4 section C.4.2.3.1).
    const elements = { ...subOperations.numbers(request.service), status: cancelledStatus };
    return { kind: 'response', elements, told: toldOf(accepted, answer, cancelledStatus) };
  }
  try {
    if (!body || !isDicomDocument(body)) throw new Unfit('it is no dicom.document');
    if (body.command.commandField === 'C-STORE-RQ') {
      return subOperationOf(context, request, body, answer, subOperations);
    }
    const response = await responseOf(context, request, body, answer, subOperations);
    await flushed;
    return { ...response, told: toldOf(accepted, answer, response.elements.status) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    context.log({
      type: 'Error',
      code: 'ANSWER_UNFIT',
      text: `${targetOf(request, context.settings)} gave message ${messageId} an answer that does not fit a ${request.service}-RQ: ${why}`,
      sessionId: accepted.sessionId,
      messageId,
    });
    const told = `message ${messageId}: no ${request.service} response`;
    return failure(context, request, accepted, 'HANDLER_FAILED', told, answer);
  }
}

/** @throws Unfit, and what a data set that cannot be encoded throws */
async function responseOf(
  context: Service,
  request: OperationRequest,
  body: DicomDocument,
  answer: Answer,
  subOperations: SubOperations,
): Promise<Extract<OperationReply, { kind: 'response' }>> {
  const { commandField, messageIdBeingRespondedTo, status = 0, ...elements } = body.command;
  if (commandField !== `${request.service}-RSP`) throw new Unfit(`it is a ${commandField}`);
  if (messageIdBeingRespondedTo !== request.messageId) {
    throw new Unfit('it responds to another Message ID');
  }
  if (answer.isLast && isPending(status)) throw new Unfit('its last answer is pending');
  if (!answer.isLast && !isPending(status)) {
    throw new Unfit(`status ${statusHex(status)} ends it, and answers follow; return it`);
  }
  const failures = answer.isLast ? subOperations.failures() : undefined;
  const withFailures = failures && !body.dataSet && !body.document;
  const dataSet = await dataSetToSend(
    withFailures ? { ...body, dataSet: failures } : body,
    request.transferSyntaxUid,
    context.documents,
  );
  const isGet = request.service === 'C-GET';
  if (!answer.isLast) subOperations.note(elements);
  return {
    kind: 'response',
    elements: {
      ...(isGet || status === cancelledStatus ? subOperations.numbers(request.service) : {}),
      ...elements,
      status: isGet && answer.isLast ? subOperations.lastStatus(status) : status,
    },
    ...(dataSet ? { dataSet } : {}),
  };
}

/** @throws Unfit */
function subOperationOf(
  { documents }: Service,
  { service }: OperationRequest,
  { command, document }: DicomDocument,
  answer: Answer,
  subOperations: SubOperations,
): OperationReply {
  const { affectedSopClassUid: sopClassUid, affectedSopInstanceUid: sopInstanceUid } = command;
  if (service !== 'C-GET') throw new Unfit('only a C-GET is answered with objects');
  if (answer.isLast)
    throw new Unfit('its last answer is an object; yield it, and return getResponse(request)');
  if (!document || !sopClassUid || !sopInstanceUid)
    throw new Unfit('it is a C-STORE-RQ without an object');
  return {
    kind: 'store',
    object: {
      sopClassUid,
      sopInstanceUid,
      transferSyntaxUid: document.transferSyntaxUid,
      dataSet: documentBytes(document, documents),
    },
    stored(outcome) {
      subOperations.count(sopInstanceUid, outcome);
      const isTaken = outcome === 0x0000;
      const note = typeof outcome === 'number' ? `answered ${statusHex(outcome)}` : noteOf(outcome);
      void answer
        .settle(isTaken ? { status: 'Completed' } : { status: 'Discarded', note })
        .catch(() => undefined);
    },
  };
}

function noteOf(outcome: 'no context' | 'peer gone'): string {
  return outcome === 'peer gone'
    ? outcome
    : 'the peer accepts no such object on this association: SOP class, transfer syntax or role';
}

/** What the peer hears of a failure, and what is noted. */
function failure(
  { settings: { onFailure } }: Service,
  { service }: OperationRequest,
  accepted: Accepted,
  code: string,
  why: string,
  answer?: Answer,
): OperationReply {
  if (onFailure === 'abort' && code !== 'DISK_FULL') {
    // Service-provider, reason not specified (PS3.8 section 9.3.8).
    const abort = { source: 2, reason: 0 };
    return { kind: 'abort', abort, told: toldOf(accepted, answer, 'abort', why) };
  }
  const { status: general, comment = why } = onFailure === 'abort' ? {} : onFailure;
  const status = failureStatus(service, code, general);
  return {
    kind: 'response',
    elements: { status, errorComment: comment.slice(0, 64) },
    told: toldOf(accepted, answer, status, why),
  };
}

/** Notes what the peer was told, once it was or was found gone. */
function toldOf(
  accepted: Accepted,
  answer: Answer | undefined,
  told: number | 'abort',
  why?: string,
): (outcome: 'sent' | 'peer gone') => void {
  const noteDown = async (outcome: 'sent' | 'peer gone') => {
    const note = outcome === 'sent' ? why : 'peer gone';
    const status = typeof told === 'number' ? statusHex(told) : told;
    const isOver = outcome !== 'sent' || typeof told !== 'number' || !isPending(told);
    await Promise.all([
      answer?.settle(note ? { status: 'Discarded', note } : { status: 'Completed' }),
      isOver &&
        accepted.answered({
          status: outcome === 'sent' ? status : 'none',
          ...(note ? { note } : {}),
        }),
    ]);
  };
  // The peer has been told; when the record is away, recovery ends the leg later.
  return (outcome) => void noteDown(outcome).catch(() => undefined);
}

/** An answer that is none to its request. */
class Unfit extends Error {}
