import type { Leg, ProcessContext, ReceivedImage } from '@consort/core';
import { isDone } from '../dimse-status.ts';
import { failureReasons } from './failure-reasons.ts';
import type { Reference } from './storage-commitment.ts';

/** What commitment takes: as `acknowledge` of `dicom.tcp-service`, the work done or the image stored. */
export type CommittedWhen = 'completed' | 'stored';

/** Whether a SOP instance is committed: not yet to be said, or for which reason not. */
export type Verdict = 'committed' | 'underWay' | { readonly failureReason: number };

/** Where the answer is. */
export type Knowledge = Pick<ProcessContext<unknown>, 'record' | 'documents'>;

/**
 * Judges by the record alone whether a SOP instance is committed. The data set received last under its UID counts,
 * and must be held. With `completed` one of its receptions must besides have come to its end, with a receipt of
 * somebody who took it.
 */
export async function judgeReference(
  { sopClassUid, sopInstanceUid }: Reference,
  when: CommittedWhen,
  { record, documents }: Knowledge,
): Promise<Verdict> {
  const all = await record.images({ sopInstanceUid, limit: 200 });
  const [newest] = all;
  if (!newest || !(await isHeld(newest, documents))) {
    return { failureReason: failureReasons.NoSuchObjectInstance };
  }
  if (newest.document.sopClassUid !== sopClassUid) {
    return { failureReason: failureReasons.ClassInstanceConflict };
  }
  if (when === 'stored') return 'committed';
  const same = all.filter(({ document }) => document.digest === newest.document.digest);
  for (const { state, messageId } of same) {
    if (state === 'completed' && isTaken(await record.legs(messageId))) return 'committed';
  }
  const isUnderWay = same.some(({ state }) => state === 'inProgress' || state === 'retrying');
  return isUnderWay ? 'underWay' : { failureReason: failureReasons.ProcessingFailure };
}

async function isHeld(
  { document }: ReceivedImage,
  documents: Knowledge['documents'],
): Promise<boolean> {
  const handle = await documents.open(document.digest).catch(() => undefined);
  await handle?.close();
  return handle !== undefined;
}

function isTaken(legs: readonly Leg[]): boolean {
  return legs.some(({ receipts }) =>
    receipts.some(({ status }) => status === 'written' || isDone(Number.parseInt(status, 16))),
  );
}
