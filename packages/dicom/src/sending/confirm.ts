import { awaitReports } from '../commitment/reports.ts';
import { commitmentContext, isCommitted, reportTaker } from './is-committed.ts';
import { isHeld, queryContext } from './is-held.ts';
import type { PoolTerms } from './association-pool.ts';
import type { Sending } from './send-image.ts';

/** The settings of `confirm`: whether a Success is believed, or how the peer is asked about it. */
export const confirmations = ['none', 'find', 'commitment'] as const;

/** How an operation confirms its images. */
export interface Confirming extends Pick<Sending, 'confirm'> {
  /** What its associations need for it. */
  readonly terms: Pick<PoolTerms, 'otherContexts' | 'eventReport'>;
  close(): void;
}

/**
 * Prepares what an operation is set to.
 * @param timeout milliseconds for a report of storage commitment
 */
export function confirming(
  by: (typeof confirmations)[number],
  timeout: number,
  signal: AbortSignal,
): Confirming {
  if (by === 'none') return { terms: { otherContexts: [] }, close: () => undefined };
  if (by === 'find') {
    return { confirm: isHeld, terms: { otherContexts: [queryContext] }, close: () => undefined };
  }
  const reports = awaitReports();
  return {
    confirm: (association, image) => isCommitted(association, image, { reports, timeout, signal }),
    terms: { otherContexts: [commitmentContext], eventReport: reportTaker(reports) },
    close: () => reports.close(),
  };
}
