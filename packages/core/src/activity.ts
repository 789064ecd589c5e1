/** How much a host has done in one step of time. */
export interface ActivityStep {
  /** The how-many-th step, from 0. */
  readonly step: number;
  readonly host: string;
  /** Requests that ended. */
  readonly ended: number;
  /** Those of them that ended in Error. */
  readonly failed: number;
  /** Milliseconds, of all of them together: in the queue, and of work with its retries. */
  readonly wait: number;
  readonly run: number;
  /** Milliseconds of the one that took longest, wait and work together. */
  readonly longest: number;
}

/** Requests that went from one host to another and ended. */
export interface Traffic {
  readonly source: string;
  readonly target: string;
  readonly ended: number;
}

/** Reads what hosts have done lately. The record keeps it for eight days, in steps of ten seconds. */
export interface ActivityReader {
  /** Steps of `seconds` (a multiple of 10) from a time on (ISO 8601); those in which nothing ended are left out. */
  activity(since: string, seconds: number): Promise<readonly ActivityStep[]>;
  /** What ended from a time on. */
  traffic(since: string): Promise<readonly Traffic[]>;
}
