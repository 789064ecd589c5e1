import {
  codeOf,
  EngineError,
  type Document,
  type DocumentWriter,
  type ServiceContext,
} from '@consort/core';
import { answerOperation } from './answer-operation.ts';
import { arrivalOf } from './arrival.ts';
import { nameOfField, type CommandName } from './association/command-fields.ts';
import type { DicomDocument } from './document.ts';
import type { AssociationInfo } from './gate/door.ts';
import { subjectOf } from './gate/judge-command.ts';
import type { OperationReceiver, OperationReply, OperationRequest } from './gate/operation.ts';
import { statusHex } from './dimse-status.ts';
import { failureStatus } from './operation-status.ts';
import { targetOf } from './target-of.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

type Service = ServiceContext<TcpServiceSettings>;

/**
 * Receives the requests of every service but C-ECHO and C-STORE: the data set, if there is one, goes to the document
 * store, one message goes to the target, and what that answers goes back (`answer-operation.ts`).
 */
export function operationReceiver(context: Service) {
  return async (
    request: OperationRequest,
    association: AssociationInfo,
  ): Promise<OperationReceiver> => {
    const { hasDataSet } = request.command;
    const writer = hasDataSet ? await context.documents.create().catch(toError) : undefined;
    let failure = writer instanceof Error ? writer : undefined;
    const discard = async () => {
      if (writer && !(writer instanceof Error)) await writer.discard();
    };

    return {
      async write(fragment) {
        if (!writer || writer instanceof Error)
          throw failure ?? new Error('no data set was said to follow');
        await writer.write(fragment).catch((error: unknown) => {
          failure = toError(error);
          throw failure;
        });
      },
      discard,
      async *answers(wishes) {
        const taken = await take(context, request, association, async () => {
          if (failure || writer instanceof Error) throw failure;
          return writer && claimOn(writer, request);
        }).catch(toError);
        if (!(taken instanceof Error)) {
          yield* answerOperation(context, request, taken, wishes);
          return;
        }
        await discard();
        yield notTaken(context, request, association, taken);
      },
    };
  };
}

/**
 * Takes the message in. What changes something is answered only when its message is on disk; a query changes nothing,
 * and whoever lost its answer in a power failure has lost the association too.
 */
async function take(
  context: Service,
  request: OperationRequest,
  association: AssociationInfo,
  document: () => Promise<Document | undefined>,
) {
  const body = bodyOf(request, await document());
  const accepting = context.accept(
    targetOf(request, context.settings),
    body,
    arrivalOf(association),
  );
  const flushed = isReading(request) ? Promise.resolve() : context.flush();
  flushed.catch(() => undefined); // Looked at before a Success is given.
  return { accepted: await accepting, flushed };
}

function isReading({ service }: OperationRequest): boolean {
  return ['C-FIND', 'C-MOVE', 'C-GET', 'N-GET'].includes(service);
}

async function claimOn(writer: DocumentWriter, request: OperationRequest): Promise<Document> {
  const { digest, size } = await writer.commit();
  const { transferSyntaxUid, command, abstractSyntax } = request;
  const sopClassUid = subjectOf(command, command.requestedSopClassUid !== undefined).sopClassUid;
  // Nothing is indexed: a query is none of the images that are searched for.
  return {
    digest,
    size,
    transferSyntaxUid,
    sopClassUid: sopClassUid ?? abstractSyntax,
    attributes: {},
  };
}

function bodyOf(
  { command: { hasDataSet: _, commandField, ...elements } }: OperationRequest,
  document: Document | undefined,
): DicomDocument {
  return {
    type: 'dicom.document',
    command: { ...elements, commandField: nameOfField(commandField) as CommandName },
    ...(document ? { document } : {}),
  };
}

/** The answer to a request that was not taken in: its message was never recorded. */
function notTaken(
  context: Service,
  { service }: OperationRequest,
  association: AssociationInfo,
  error: Error,
): OperationReply {
  const code = codeOf(error);
  const status = failureStatus(service, code);
  context.log({
    type: 'Error',
    code,
    text:
      `a ${service}-RQ from ${association.callingAeTitle} at ${association.peerAddress} was not taken in and ` +
      `answered ${statusHex(status)}: ${error.message}`,
    details: { associationId: association.id },
  });
  return { kind: 'response', elements: { status, errorComment: `${code}: not taken in` } };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new EngineError('HANDLER_FAILED', String(error));
}
