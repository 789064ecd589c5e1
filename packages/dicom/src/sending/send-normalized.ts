import { EngineError, PermanentError, codeOf, type DocumentStore } from '@consort/core';
import type { DimseService } from '../association/command-fields.ts';
import {
  requestAssociation,
  type AssociationRequest,
  type RequestTimeouts,
} from '../association/request-association.ts';
import type { OperationResponse } from '../association/requested-operation.ts';
import type { CommandElements } from '../association/command-set.ts';
import { reportOnAssociation } from '../reports-on-associations.ts';
import { dataSetToSend } from '../data-set-to-send.ts';
import { decodeDataSet } from '../data-set/decode-data-set.ts';
import { plainValues } from '../data-set-values.ts';
import { dimseStatusInWords, isDone, statusHex } from '../dimse-status.ts';
import type { DicomDocument } from '../document.ts';
import { sopClassName } from '../sop-classes.ts';
import type { PoolTerms } from './association-pool.ts';

/** With whom, and how. */
export type NormalizedTerms = Omit<AssociationRequest, 'contexts' | 'roles' | 'timeouts'> &
  Pick<PoolTerms, 'asked'> & { readonly timeouts: RequestTimeouts };

/** Says whether a request is of one of the N- services, and which (PS3.7 section 10.1). */
export function normalizedServiceOf({ command }: DicomDocument): DimseService | undefined {
  const [, service] = /^(N-.+)-RQ$/.exec(command.commandField) ?? [];
  return service as DimseService | undefined;
}

/**
 * Sends a request of an N- service on an association of its own, and waits for the peer's response. Of an
 * N-EVENT-REPORT we are the SCP (PS3.7 section D.3.3.4); it goes on the association that it is about while that is there.
 * @returns the response as a document; what its data set says is given by its values
 * @throws EngineError PEER_REFUSED, PEER_UNREACHABLE, TLS_FAILED, PEER_TIMEOUT, ASSOCIATION_REJECTED, ASSOCIATION_ABORTED;
 *   PermanentError PEER_REFUSED, CONTEXT_NOT_ACCEPTED, and what a data set that cannot be encoded throws
 */
export async function sendNormalized(
  terms: NormalizedTerms,
  service: DimseService,
  body: DicomDocument,
  documents: DocumentStore,
): Promise<DicomDocument> {
  const { associationId, command } = body;
  const { commandField: _, messageId, ...elements } = command;
  const sopClassUid = elements.affectedSopClassUid ?? elements.requestedSopClassUid ?? '';
  const dataSets = await encodedIn(transferSyntaxes, body, documents);
  if (service === 'N-EVENT-REPORT' && associationId !== undefined) {
    const report = { associationId, sopClassUid, elements, ...(dataSets && { dataSets }) };
    const status = await reportOnAssociation(report, terms.timeouts.response);
    // A peer that does not take it there may take it on an association for it.
    if (status !== undefined && isDone(status)) {
      return responseOf({ ...elements, status }, service, messageId);
    }
  }
  const association = await requestAssociation({
    ...terms,
    contexts: [{ abstractSyntax: sopClassUid, transferSyntaxes }],
    ...(service === 'N-EVENT-REPORT' && { roles: [{ sopClassUid, scu: false, scp: true }] }),
  }).catch((error: unknown) => {
    terms.asked?.(codeOf(error));
    throw error;
  });
  terms.asked?.('accepted');
  try {
    const request = {
      service,
      sopClassUid,
      elements,
      ...(dataSets && { dataSet: (uid: string) => dataSets.get(uid) ?? Buffer.alloc(0) }),
    };
    let last: OperationResponse | undefined;
    for await (const response of association.operate(request)) last = response;
    if (!last) throw new Error('an operation ends with a response');
    judge(last, service, association.peer);
    await association.release().catch(() => undefined);
    return documentOf(last, service, messageId);
  } catch (error) {
    if (!association.isOver) await association.abort();
    if (codeOf(error) !== 'CONTEXT_NOT_ACCEPTED') throw error;
    throw new PermanentError(
      'CONTEXT_NOT_ACCEPTED',
      `${association.peer} does not take ${sopClassName(sopClassUid) ?? sopClassUid}; have it allowed there, then resend it`,
    );
  }
}

// What has no pixel data is in no other; whoever takes one of them takes the other.
const transferSyntaxes = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'];

/** The data set in each, as the peer decides which it is. */
async function encodedIn(
  uids: readonly string[],
  body: DicomDocument,
  documents: DocumentStore,
): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const encoded = new Map<string, Buffer>();
  for (const uid of uids) {
    const parts: Buffer[] = [];
    const bytes = await dataSetToSend(body, uid, documents);
    if (!bytes) return undefined;
    for await (const part of bytes) parts.push(Buffer.from(part));
    encoded.set(uid, Buffer.concat(parts));
  }
  return encoded;
}

function judge({ status }: OperationResponse, service: DimseService, peer: string): void {
  if (isDone(status)) return;
  const refusal = `${peer} answered ${statusHex(status)} (${dimseStatusInWords(status)}) to the ${service}`;
  if (status === 0x0110 || status === 0x0213) {
    throw new EngineError('PEER_REFUSED', `${refusal}; it is sent again as retry says`);
  }
  throw new PermanentError('PEER_REFUSED', `${refusal}; see what it logged, then resend it`);
}

function documentOf(
  { command, dataSet, transferSyntaxUid }: OperationResponse,
  service: DimseService,
  messageId: number | undefined,
): DicomDocument {
  const { commandField: _, hasDataSet: __, messageIdBeingRespondedTo: ___, ...elements } = command;
  return {
    ...responseOf(elements, service, messageId),
    ...(dataSet && { dataSet: plainValues(decodeDataSet(dataSet, transferSyntaxUid)) }),
  };
}

function responseOf(
  elements: CommandElements,
  service: DimseService,
  messageId: number | undefined,
): DicomDocument {
  return {
    type: 'dicom.document',
    command: {
      commandField: `${service}-RSP`,
      ...(messageId === undefined ? {} : { messageIdBeingRespondedTo: messageId }),
      ...elements,
    },
  };
}
