import type { Measurements, MeasuresOfHosts } from '@consort/core';

/** What `/metrics` tells besides the record: what only the process that runs the production knows. */
export interface MetricsSource {
  /** Of this software. */
  readonly version: string;
  measurements(): Promise<Measurements>;
  /** The last word of each thread of hosts. */
  pulses(): readonly ThreadPulse[];
  /** The disk of the data directory, in bytes. */
  disk(): Promise<{ readonly size: number; readonly free: number }>;
}

/** What a thread has last said of itself. */
export interface ThreadPulse {
  readonly hostNames: readonly string[];
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** How late its event loop was in the second before, in milliseconds. */
  readonly lagP99: number;
  readonly lagMax: number;
  readonly measures: MeasuresOfHosts;
}
