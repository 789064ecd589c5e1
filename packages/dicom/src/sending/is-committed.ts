import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EngineError, PermanentError } from '@consort/core';
import type { EventReport } from '../association/event-report.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import { failureReasonInWords } from '../commitment/failure-reasons.ts';
import type { AwaitedReports } from '../commitment/reports.ts';
import {
  newTransactionUid,
  readReport,
  requestAction,
  requestValues,
  storageCommitment,
  storageCommitmentInstance,
  type CommitmentReport,
  type CommitmentRequest,
} from '../commitment/storage-commitment.ts';
import { decodeDataSet } from '../data-set/decode-data-set.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import type { DataValues } from '../data-set/value.ts';
import { dimseStatusInWords, statusHex } from '../dimse-status.ts';
import type { ContextToPropose } from './needed-contexts.ts';
import type { Confirmation, ImageToSend } from './send-image.ts';

/** What an association must propose besides for `isCommitted`. */
export const commitmentContext: ContextToPropose = {
  abstractSyntax: storageCommitment,
  transferSyntaxes: ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'],
};

/** How a report is waited for. */
export interface Waiting {
  readonly reports: AwaitedReports;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the peer to commit to an image (N-ACTION, PS3.4 section J.3.2), and waits for its report, which comes on this
 * association or on one that the peer asks for.
 * @throws EngineError CONFIRMATION_FAILED when it does not say that it will report, PermanentError when it cannot be
 *   asked; COMMITMENT_TIMEOUT when no report comes; ASSOCIATION_ABORTED, PEER_TIMEOUT
 */
export async function isCommitted(
  association: RequestedAssociation,
  { sopClassUid, sopInstanceUid }: ImageToSend,
  { reports, timeout, signal }: Waiting,
): Promise<Confirmation> {
  const transactionUid = newTransactionUid();
  const awaited = reports.expect(transactionUid);
  try {
    await request(association, { transactionUid, references: [{ sopClassUid, sopInstanceUid }] });
    const report = await within(timeout, awaited.report, signal);
    if (!report) throw noReport(association.peer, timeout);
    return confirmationOf(report, sopInstanceUid);
  } finally {
    awaited.forget();
  }
}

/** What takes the reports that a peer sends on the association on which it was asked. */
export function reportTaker(reports: AwaitedReports) {
  return ({ dataSet, transferSyntaxUid }: EventReport): number => {
    // Invalid argument value (PS3.7 section C.5.7): a peer that reports something else.
    if (!dataSet) return 0x0115;
    try {
      reports.take(readReport(decodeDataSet(dataSet, transferSyntaxUid)));
      return 0x0000;
    } catch {
      return 0x0115;
    }
  };
}

async function request(
  association: RequestedAssociation,
  transaction: CommitmentRequest,
): Promise<void> {
  const values = requestValues(transaction) as DataValues;
  try {
    for await (const { status } of association.operate({
      service: 'N-ACTION',
      sopClassUid: storageCommitment,
      elements: {
        requestedSopClassUid: storageCommitment,
        requestedSopInstanceUid: storageCommitmentInstance,
        actionTypeId: requestAction,
      },
      dataSet: (transferSyntaxUid) => encodeDataSet(values, { transferSyntaxUid }),
    })) {
      if (status !== 0x0000) throw refused(association.peer, status);
    }
  } catch (error) {
    if (codeOf(error) !== 'CONTEXT_NOT_ACCEPTED') throw error;
    throw new PermanentError(
      'CONFIRMATION_FAILED',
      `${association.peer} answered Success to the image and cannot be asked to commit to it: ` +
        'it does not take Storage Commitment Push Model; have it allowed there, or write confirm: none',
    );
  }
}

function confirmationOf({ committed, failed }: CommitmentReport, uid: string): Confirmation {
  if (committed.some(({ sopInstanceUid }) => sopInstanceUid === uid)) return 'held';
  const reason = failed.find(({ sopInstanceUid }) => sopInstanceUid === uid)?.failureReason;
  if (reason === undefined) return { why: 'does not speak of it in its report of commitment' };
  return {
    why: `reports that it is not committed to it: ${statusHex(reason)} (${failureReasonInWords(reason)})`,
  };
}

async function within(
  timeout: number,
  report: Promise<CommitmentReport>,
  signal: AbortSignal,
): Promise<CommitmentReport | undefined> {
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  try {
    return await Promise.race([report, sleep(timeout, undefined, { signal: until })]);
  } finally {
    over.abort();
  }
}

function refused(peer: string, status: number): EngineError {
  return new EngineError(
    'CONFIRMATION_FAILED',
    `${peer} answered Success to the image, and ${statusHex(status)} (${dimseStatusInWords(status)}) when asked to commit to it; it is asked again as retry says`,
  );
}

function noReport(peer: string, timeout: number): EngineError {
  return new EngineError(
    'COMMITMENT_TIMEOUT',
    `${peer} has sent no report of storage commitment within ${timeout / 1000} s, so the image does not count as delivered; ` +
      'it is asked again as retry says. A report on an association of its own needs a dicom.tcp-service with serviceClasses: [storageCommitment] where it calls us',
  );
}
