import { formatDuration } from '../../format-duration.ts';
import type { CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';
import { offsetOf } from '../tree.ts';

/** Doubts a retry that is written and can never happen, and pauses that are to grow and cannot. */
export function checkRetries(hosts: readonly CheckedHost[], report: Report): void {
  for (const { name, host, tree, nameAt } of hosts) {
    const { interval, timeout, maxInterval } = host?.retry ?? {};
    if (interval === undefined || timeout === undefined || !tree.entries.has('retry')) continue;
    // 0s asks for one try.
    if (timeout > 0 && interval > timeout) {
      const message = `retry.interval of ${name} (${formatDuration(interval)}) is longer than its retry.timeout (${formatDuration(timeout)}): it is never tried again`;
      report.warning(
        'RETRY_NEVER_HAPPENS',
        offsetOf(tree, ['retry', 'interval'], nameAt),
        message,
        'timeout: 0s',
      );
    }
    if (maxInterval !== undefined && maxInterval <= interval) {
      const message = `retry.maxInterval of ${name} (${formatDuration(maxInterval)}) is not longer than its retry.interval (${formatDuration(interval)}): the pauses never grow`;
      report.warning(
        'PAUSES_NEVER_GROW',
        offsetOf(tree, ['retry', 'maxInterval'], nameAt),
        message,
      );
    }
  }
}
