import { BroadcastChannel } from 'node:worker_threads';
import type { CommitmentReport } from './storage-commitment.ts';

/** Where the reports come that an operation waits for, on whichever association the peer sends them. */
export interface AwaitedReports {
  /** Begins to wait for the report of a transaction, before it is asked for. Whoever waits no longer says so. */
  expect(transactionUid: string): {
    readonly report: Promise<CommitmentReport>;
    forget(): void;
  };
  /** Gives a report to whoever waits for it. */
  take(report: CommitmentReport): void;
  close(): void;
}

// One name for every thread of this process. A Transaction UID is unique, so nobody gets what is another's.
const channelName = 'consort storage commitment';

/**
 * Opens a place for reports. A report is believed that is in hand; one that nobody waits for any more is lost, and the
 * image is asked for anew.
 */
export function awaitReports(): AwaitedReports {
  const waiting = new Map<string, (report: CommitmentReport) => void>();
  const take = (report: CommitmentReport) => waiting.get(report.transactionUid)?.(report);
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', (event) =>
    take((event as Event & { readonly data: CommitmentReport }).data),
  );
  channel.unref();

  return {
    expect(transactionUid) {
      const { promise, resolve } = Promise.withResolvers<CommitmentReport>();
      waiting.set(transactionUid, resolve);
      return { report: promise, forget: () => void waiting.delete(transactionUid) };
    },
    take,
    close: () => channel.close(),
  };
}

/** Passes a report on to the operation that waits for it, in whichever thread that is. */
export function passOn(report: CommitmentReport): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(report);
  channel.close();
}
