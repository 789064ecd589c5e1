/** The types of IRIS's event log. */
export type EventType = 'Assert' | 'Error' | 'Warning' | 'Info' | 'Trace' | 'Alert';

/** One entry of the event log. Its text never holds a value of a data element. */
export interface Event {
  readonly type: EventType;
  /** A stable word for what happened, for example ASSOCIATION_REFUSED or an error code. */
  readonly code: string;
  readonly text: string;
  readonly host?: string;
  readonly sessionId?: number;
  readonly messageId?: number;
  /** Machine-readable facts: AE titles, addresses, counts. Never values of data elements. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** An event as the log keeps it. `time` is ISO 8601, UTC. */
export interface LoggedEvent extends Event {
  readonly id: number;
  readonly time: string;
}

/** Writes to the event log and the console. Never throws and never waits. */
export interface EventLog {
  log(event: Event): void;
}
