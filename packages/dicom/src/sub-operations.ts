import type { CommandElements } from './association/command-set.ts';
import { isDone } from './dimse-status.ts';
import type { DataSetValues } from './document.ts';

/** What became of the objects that a C-GET has sent (PS3.4 section C.4.3). */
export interface SubOperations {
  /** Says how the peer took one. */
  count(sopInstanceUid: string, outcome: number | 'no context' | 'peer gone'): void;
  /** The numbers so far. */
  numbers(): CommandElements;
  /**
   * The status of the last response, which the process has given as this one: a Success is a warning when some have
   * failed, and a failure when all have.
   */
  lastStatus(status: number): number;
  /** The Failed SOP Instance UID List, when there is one to give. */
  failures(): DataSetValues | undefined;
}

/** Begins to count. */
export function countSubOperations(): SubOperations {
  const counts = { completed: 0, warning: 0 };
  const failed: string[] = [];

  return {
    count(sopInstanceUid, outcome) {
      if (outcome === 0x0000) counts.completed += 1;
      else if (typeof outcome === 'number' && isDone(outcome)) counts.warning += 1;
      else failed.push(sopInstanceUid);
    },
    numbers: () => ({
      numberOfCompletedSuboperations: counts.completed,
      numberOfFailedSuboperations: failed.length,
      numberOfWarningSuboperations: counts.warning,
    }),
    lastStatus(status) {
      if (status !== 0x0000 || failed.length + counts.warning === 0) return status;
      // PS3.4 table C.4-3: sub-operations complete, one or more failures or warnings; unable to perform them.
      return counts.completed + counts.warning > 0 ? 0xb000 : 0xa702;
    },
    failures: () => (failed.length > 0 ? { FailedSOPInstanceUIDList: failed } : undefined),
  };
}
