import type { MessageStatus } from '../message.ts';

/**
 * What the record has counted of each host since it was opened: nothing of it is kept for the next start, but what is
 * Suspended.
 */
export interface Measurements {
  readonly hosts: readonly HostMeasurements[];
}

/** What has been counted of one host. */
export interface HostMeasurements {
  readonly host: string;
  /** Messages of its queue that came to an end, by the status they ended in. */
  readonly ended: Readonly<Record<EndStatus, number>>;
  /** Messages of its queue that are Suspended now. */
  readonly suspended: number;
  /** Attempts that failed and were followed by another. */
  readonly retried: number;
  /** From when a message was queued until a worker took it, of those that have ended. */
  readonly wait: Distribution;
  /** From when a worker took a message until its work ended, retries included. */
  readonly run: Distribution;
  /** Bytes of the data sets that it took in from outside. */
  readonly bytesReceived: number;
  /** Bytes of the data sets that somebody outside has answered for: see `Receipt`. */
  readonly bytesSent: number;
}

/** The statuses that a message can end in. Suspended is an end until an operator decides otherwise. */
export const endStatuses = [
  'Completed',
  'Error',
  'Suspended',
  'Discarded',
  'Aborted',
] as const satisfies readonly MessageStatus[];

export type EndStatus = (typeof endStatuses)[number];

/** How long something took, many times. */
export interface Distribution {
  /** How many took at most each of `latencyBounds`. */
  readonly atMost: readonly number[];
  readonly count: number;
  /** Seconds, of all together. */
  readonly sum: number;
}

/** Seconds, rising. From what an image takes on an idle machine to a night. */
export const latencyBounds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200,
] as const;

/** The record's counts, for monitoring. */
export interface MeasuringCalls {
  measurements(): Promise<Measurements>;
}
