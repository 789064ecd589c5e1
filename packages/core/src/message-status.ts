import type { MessageStatus } from './message.ts';

/** IRIS's nine statuses. Delivered means in progress at its target, not arrived at a peer. */
export const messageStatuses = [
  'Created',
  'Queued',
  'Delivered',
  'Completed',
  'Deferred',
  'Discarded',
  'Suspended',
  'Aborted',
  'Error',
] as const;

/**
 * The legal steps of a message's life (IRIS: Monitoring Productions, message status).
 *
 * Delivered → Queued is recovery's step: the worker that had claimed it is gone.
 * The four with no way out are what a purge calls finished.
 */
export const transitions: Readonly<Record<MessageStatus, readonly MessageStatus[]>> = {
  Created: ['Queued', 'Delivered', 'Completed', 'Discarded', 'Suspended', 'Aborted', 'Error'],
  Queued: ['Delivered', 'Completed', 'Discarded', 'Suspended', 'Aborted', 'Error'],
  Delivered: ['Queued', 'Completed', 'Deferred', 'Discarded', 'Suspended', 'Aborted', 'Error'],
  Deferred: ['Completed', 'Discarded', 'Aborted', 'Error'],
  Suspended: ['Queued', 'Discarded', 'Aborted'],
  Completed: [],
  Discarded: [],
  Aborted: [],
  Error: [],
};

/** Says whether a message may go from one status to the other. */
export function mayBecome(from: MessageStatus, to: MessageStatus): boolean {
  return transitions[from].includes(to);
}

/** Says whether nothing more can happen to a message. */
export function isFinished(status: MessageStatus): boolean {
  return transitions[status].length === 0;
}

/** The statuses from which a message may step to `to`; what a guarded update names in its WHERE. */
export function statusesBefore(to: MessageStatus): readonly MessageStatus[] {
  return (Object.keys(transitions) as MessageStatus[]).filter((from) => mayBecome(from, to));
}
