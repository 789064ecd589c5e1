import type { BusinessType } from '../message.ts';
import type { Event } from '../event.ts';
import type { Alert, RecordedAlert } from './alert.ts';

/** Which alerts to list; all that are given must hold. Newest first. */
export interface AlertFilter {
  readonly isOpen?: true;
  readonly host?: string;
  /** ISO 8601: only alerts that began or ended at or after it. */
  readonly since?: string;
  /** At most this many; default 50. */
  readonly limit?: number;
}

/** What the record keeps of alerts, for whoever looks. */
export interface AlertReader {
  alerts(filter?: AlertFilter): Promise<readonly RecordedAlert[]>;
}

/**
 * What the record knows that alerts are made of, and the alerts that are made of it.
 *
 * Failures are counted as they are recorded, so that none is overlooked whatever happens in between; a mark says
 * which of them have been dealt with.
 */
export interface AlertCalls extends AlertReader {
  /** Marks everything that was so far as dealt with, for hosts that have no mark yet; forgets other hosts' marks. */
  beginAlerts(hosts: readonly string[]): Promise<void>;

  /** Everything there is to know about the hosts given. Changes nothing. */
  alertFacts(watched: readonly WatchedHost[]): Promise<AlertFacts>;

  /**
   * Records what has begun, gone on and ended: the alerts, an event of type Alert for each beginning and each end, a
   * message for whoever is told, and the marks, all in one step.
   * @returns the events, and the ids of the messages in their order
   */
  noteAlerts(changes: AlertChanges): Promise<NotedAlerts>;
}

/** What is asked about a host. */
export interface WatchedHost {
  readonly host: string;
  /** Whether its queue is counted. */
  readonly hasQueueAlert: boolean;
  /** The calling AE titles that are expected to send. */
  readonly expected: readonly string[];
}

/** What the record says. */
export interface AlertFacts {
  readonly open: readonly Alert[];
  readonly hosts: readonly HostFacts[];
  /** The ends of threads since the mark. */
  readonly ends: readonly { readonly hosts: string; readonly time: string }[];
  /** Images that came back from a peer to which they had been delivered, since the mark. */
  readonly returns: readonly {
    readonly host: string;
    readonly callingAet: string;
    readonly time: string;
  }[];
  /** The mark that comes after ends and returns: the id of an event. */
  readonly endsMark: number;
}

/** What the record says of a host. Times are ISO 8601, UTC; absent is never. */
export interface HostFacts {
  readonly host: string;
  readonly isDisabled: boolean;
  readonly failures: Failures;
  readonly mark: FailureMark;
  readonly lastFailure?: {
    readonly time: string;
    readonly code: string;
    readonly messageId?: number;
  };
  /** A message is being tried again, or will be as soon as the host has a worker. */
  readonly isRetrying: boolean;
  /** When a message last ended well there; for a service, when a peer was last given a good answer. */
  readonly succeededAt?: string;
  /** When it last got or ended a message. */
  readonly activeAt?: string;
  readonly queued: number;
  /** Since when the oldest message waits, the ones in work included. */
  readonly waitingSince?: string;
  /** When those expected have last sent, by their title. */
  readonly sentAt: Readonly<Record<string, string>>;
}

/** How often a host has failed, ever. */
export interface Failures {
  /** Messages that failed for good or were suspended. */
  readonly failed: number;
  /** Attempts that failed and were followed by another. */
  readonly retried: number;
  /** Events of type Error that it has logged. */
  readonly logged: number;
}

/** The failures that have been dealt with. */
export interface FailureMark extends Failures {
  /** When the first of those that have not was seen, while its grace period runs. */
  readonly pendingSince?: string;
}

/** What has changed. */
export interface AlertChanges {
  /** The production's name. */
  readonly production: string;
  /** Who is told. */
  readonly target?: { readonly host: string; readonly type: BusinessType };
  readonly started: readonly Omit<Alert, 'id' | 'endedAt'>[];
  readonly continued: readonly Pick<Alert, 'id' | 'lastAt' | 'count'>[];
  readonly ended: readonly (Pick<Alert, 'id' | 'note'> & { readonly endedAt: string })[];
  readonly marks: readonly (FailureMark & { readonly host: string })[];
  readonly endsMark: number;
}

/** What has been recorded. */
export interface NotedAlerts {
  readonly events: readonly Event[];
  readonly messages: readonly { readonly id: number; readonly sessionId: number }[];
}
