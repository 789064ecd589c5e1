import { heartbeatLimit, type HostState, type ProductionState } from '@consort/core';
import { formatAge, formatTime } from './terminal/time.ts';

/** What is true of a production, after its record and its lock have been compared. */
export interface Assessment {
  readonly state: ProductionState['status'];
  /** What there is to know beyond the state. */
  readonly explanation?: string;
  /** When it was started, while it runs; else when it was last alive. */
  readonly since?: string;
  /** Runs, and has written its heartbeat lately. */
  readonly isAnswering: boolean;
}

/**
 * Compares what the record says with the lock: a record outlives its process, a lock does not.
 * @param isLocked whether a process holds the data directory
 */
export function assessProduction(
  production: ProductionState,
  isLocked: boolean,
  now: Date,
): Assessment {
  const { status, startedAt, heartbeatAt } = production;
  if (!isLocked) return assessEnded(production);
  const since = startedAt === undefined ? {} : { since: startedAt };
  if (status === 'Stopped' || status === 'Suspended') {
    return { state: status, explanation: 'is starting or stopping', isAnswering: false };
  }
  if (heartbeatAt && now.getTime() - Date.parse(heartbeatAt) > heartbeatLimit) {
    return {
      state: status,
      ...since,
      isAnswering: false,
      explanation: `not answering since ${formatTime(heartbeatAt)} (${formatAge(heartbeatAt, now)})`,
    };
  }
  return { state: status, ...since, isAnswering: true };
}

function assessEnded({ status, heartbeatAt }: ProductionState): Assessment {
  const ended = { ...(heartbeatAt ? { since: heartbeatAt } : {}), isAnswering: false };
  if (status === 'Stopped') return { state: 'Stopped', ...ended };
  if (status === 'Suspended') {
    return {
      state: 'Suspended',
      explanation: 'stopped with messages that are not finished; they go on at the next start',
      ...ended,
    };
  }
  return {
    state: 'Troubled',
    explanation: 'ended without a stop; start it again: nothing needs repairing',
    ...ended,
  };
}

/** A host's status when nothing runs it: the record keeps the last one it had. */
export function hostStatus(host: HostState, isLocked: boolean): HostState['status'] {
  const outlives = host.status === 'Error' || host.status === 'Disabled';
  return isLocked || outlives ? host.status : 'Stopped';
}
