import type { DimseService } from './association/command-fields.ts';
import type { CommandElements } from './association/command-set.ts';
import { isDone } from './dimse-status.ts';
import type { DataSetValues } from './document.ts';

/** What became of the objects that a C-GET has sent, or a C-MOVE says it had sent (PS3.4 sections C.4.2 and C.4.3). */
export interface SubOperations {
  /** Says how the peer took one. */
  count(sopInstanceUid: string, outcome: number | 'no context' | 'peer gone'): void;
  /** Notes the numbers that a process has given in an answer to a C-MOVE, whose objects it sends itself. */
  note(given: CommandElements): void;
  /** The numbers so far: those counted of a C-GET; of a C-MOVE, the last ones given. */
  numbers(service: DimseService): CommandElements;
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
  let noted: CommandElements = {};

  return {
    note(given) {
      const {
        numberOfRemainingSuboperations: remaining,
        numberOfCompletedSuboperations: completed,
        numberOfFailedSuboperations: lost,
        numberOfWarningSuboperations: warning,
      } = given;
      noted = {
        ...(remaining !== undefined && { numberOfRemainingSuboperations: remaining }),
        ...(completed !== undefined && { numberOfCompletedSuboperations: completed }),
        ...(lost !== undefined && { numberOfFailedSuboperations: lost }),
        ...(warning !== undefined && { numberOfWarningSuboperations: warning }),
      };
    },
    count(sopInstanceUid, outcome) {
      if (outcome === 0x0000) counts.completed += 1;
      else if (typeof outcome === 'number' && isDone(outcome)) counts.warning += 1;
      else failed.push(sopInstanceUid);
    },
    numbers(service) {
      if (service === 'C-MOVE') return noted;
      if (service !== 'C-GET') return {};
      return {
        numberOfCompletedSuboperations: counts.completed,
        numberOfFailedSuboperations: failed.length,
        numberOfWarningSuboperations: counts.warning,
      };
    },
    lastStatus(status) {
      if (status !== 0x0000 || failed.length + counts.warning === 0) return status;
      // PS3.4 table C.4-3: sub-operations complete, one or more failures or warnings; unable to perform them.
      return counts.completed + counts.warning > 0 ? 0xb000 : 0xa702;
    },
    failures: () => (failed.length > 0 ? { FailedSOPInstanceUIDList: failed } : undefined),
  };
}
