import type { Hours } from './hours.ts';

/** What there are to be alerts about at a host; each key absent is no alert. */
export interface HostAlerts {
  /** When it fails; `grace` is in milliseconds, counted from the first failure. */
  readonly onError?: { readonly grace: number };
  /** How many messages may not yet wait in its queue. */
  readonly queueCount?: number;
  /** Milliseconds that no message may wait, the time in work included. */
  readonly queueWait?: number;
  /** Milliseconds without work. */
  readonly inactivity?: number;
  /** Who is expected to send to it. */
  readonly expect?: readonly Expectation[];
}

/** A calling AE title that is expected to send to a service. */
export interface Expectation {
  readonly callingAet: string;
  /** Milliseconds that it may send nothing, counted inside the hours. */
  readonly within: number;
  /** Absent: always. */
  readonly during?: readonly Hours[];
}
