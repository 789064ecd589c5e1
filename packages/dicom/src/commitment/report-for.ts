import type { ProcessContext } from '@consort/core';
import { dataSetValues } from '../data-set-values.ts';
import type { DicomDocument } from '../document.ts';
import { failureReasons } from './failure-reasons.ts';
import { judgeReference, type CommittedWhen, type Verdict } from './judge-reference.ts';
import {
  readRequest,
  reportEvents,
  reportValues,
  storageCommitment,
  storageCommitmentInstance,
  type CommitmentReport,
  type CommitmentRequest,
  type Reference,
} from './storage-commitment.ts';

/** What a report is made of: the request that it is for, and how to judge it. */
export interface Asked {
  readonly context: Pick<ProcessContext<unknown>, 'request' | 'record' | 'documents'>;
  readonly when: CommittedWhen;
  /** Its Transaction UID is that of another request that is under way. */
  readonly isDuplicate: boolean;
}

/** The transaction that a request begins. @throws EngineError DATA_SET_UNREADABLE */
export async function transactionOf({
  request,
  documents,
}: Pick<Asked['context'], 'request' | 'documents'>): Promise<CommitmentRequest> {
  return readRequest(await dataSetValues(request.body, documents));
}

/** Whether the work on an image asked for is still under way. */
export async function isUnderWay(asked: Asked): Promise<boolean> {
  return (await judge(asked)).some(({ verdict }) => verdict === 'underWay');
}

/** The report of what is asked for, as it is now: an N-EVENT-REPORT-RQ (PS3.4 section J.3.3.1). */
export async function reportDocument(asked: Asked): Promise<DicomDocument> {
  const report = await reportFor(asked);
  const { arrival } = asked.context.request.header;
  const { complete, failuresExist } = reportEvents;
  return {
    type: 'dicom.document',
    command: {
      commandField: 'N-EVENT-REPORT-RQ',
      affectedSopClassUid: storageCommitment,
      affectedSopInstanceUid: storageCommitmentInstance,
      eventTypeId: report.failed.length === 0 ? complete : failuresExist,
    },
    dataSet: reportValues(report),
    ...(arrival && { associationId: arrival.associationId }),
  };
}

interface Judged {
  readonly reference: Reference;
  readonly verdict: Verdict;
}

async function judge({ context, when, isDuplicate }: Asked): Promise<readonly Judged[]> {
  const { references } = await transactionOf(context);
  const judged: Judged[] = [];
  for (const reference of references) {
    const verdict = isDuplicate
      ? { failureReason: failureReasons.DuplicateTransactionUid }
      : await judgeReference(reference, when, context);
    judged.push({ reference, verdict });
  }
  return judged;
}

async function reportFor(asked: Asked): Promise<CommitmentReport> {
  const { transactionUid } = await transactionOf(asked.context);
  const judged = await judge(asked);
  return {
    transactionUid,
    committed: judged.flatMap(({ reference, verdict }) =>
      verdict === 'committed' ? [reference] : [],
    ),
    failed: judged.flatMap(({ reference, verdict }) => {
      if (verdict === 'committed') return [];
      const { failureReason } =
        verdict === 'underWay' ? { failureReason: failureReasons.ProcessingFailure } : verdict;
      return [{ ...reference, failureReason }];
    }),
  };
}
