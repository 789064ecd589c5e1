import type { AlertReader } from './alerts/alert-calls.ts';
import type { Event, LoggedEvent } from './event.ts';
import type { ImageReader } from './image-reader.ts';
import type {
  BusinessType,
  Document,
  Message,
  MessageHeader,
  MessageStatus,
  MessageType,
} from './message.ts';
import type { ActivityReader } from './activity.ts';
import type { AuditReader } from './audit.ts';
import type { SavedSearchReader } from './saved-search.ts';

/** A host as the record knows it; written by the runtime, read by `status`. */
export interface HostState {
  readonly name: string;
  readonly type: BusinessType;
  readonly component: string;
  readonly poolSize: number;
  readonly status: 'Starting' | 'Running' | 'Stopped' | 'Disabled' | 'Error';
  /** One line: what it listens on or writes to; or why it is in Error. */
  readonly detail?: string;
}

/** A host that an operator or a reply-code action has disabled. It stays so through restarts. */
export interface DisabledHost {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** The user, or `reply-code action`. */
  readonly by: string;
  readonly reason?: string;
}

/** The production as the record knows it. */
export interface ProductionState {
  readonly name: string;
  /** Random, made with the store: what makes a message id unique among stores. Lower-case letters and digits. */
  readonly id: string;
  readonly status: 'Running' | 'Stopped' | 'Suspended' | 'Troubled';
  readonly file?: string;
  readonly pid?: number;
  readonly startedAt?: string;
  /** Written every few seconds while it runs. */
  readonly heartbeatAt?: string;
  /** How often a start found the last run ended without a stop. */
  readonly recoveries: number;
  readonly redis: {
    readonly status: 'connected' | 'unavailable' | 'unknown';
    readonly url?: string;
    readonly since?: string;
  };
  /** What the running production serves: page URL, and the like. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Counts of one host, from the messages. */
export interface QueueCount {
  readonly host: string;
  /** Queued, waiting for a worker. */
  readonly queued: number;
  /** Delivered: in progress, retrying included. */
  readonly delivered: number;
  readonly retrying: number;
  readonly completed: number;
  readonly failed: number;
  readonly discarded: number;
  readonly oldestQueuedAt?: string;
  readonly lastError?: {
    readonly messageId: number;
    readonly time: string;
    readonly code: string;
    readonly text: string;
  };
}

/** Which messages to list; all that are given must hold. Newest first. */
export interface MessageFilter {
  readonly host?: string;
  readonly status?: MessageStatus;
  readonly sessionId?: number;
  readonly type?: MessageType;
  readonly callingAeTitle?: string;
  readonly calledAeTitle?: string;
  readonly patientId?: string;
  /** The whole PatientName or its beginning, in any case. */
  readonly patientName?: string;
  readonly accessionNumber?: string;
  readonly modality?: string;
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  readonly sopInstanceUid?: string;
  /** Words of its error, in any case, or the error's code. */
  readonly errorText?: string;
  /** ISO 8601: only messages made at or after it. */
  readonly since?: string;
  /** ISO 8601: only messages made before it. */
  readonly until?: string;
  /** Only messages with a smaller id: the next page. */
  readonly before?: number;
  /** Only messages with a larger id: what is new. */
  readonly after?: number;
  /** At most this many; default 50. */
  readonly limit?: number;
}

/** Which events to list. Newest first. */
export interface EventFilter {
  readonly type?: Event['type'];
  readonly host?: string;
  readonly code?: string;
  readonly sessionId?: number;
  /** ISO 8601: only events at or after it. */
  readonly since?: string;
  /** ISO 8601: only events before it. */
  readonly until?: string;
  /** Words of its text, in any case. */
  readonly text?: string;
  /** Only events with a smaller id: the next page. */
  readonly before?: number;
  /** Only events with a larger id: what is new. */
  readonly after?: number;
  readonly limit?: number;
}

/** A message that was found, and what it carries. */
export interface FoundMessage {
  readonly header: MessageHeader;
  readonly document?: Document;
}

/** A part of a queue, in the order in which it is claimed. */
export interface QueuePart {
  readonly messages: readonly MessageHeader[];
  /** Where the next part begins; absent after the last. */
  readonly next?: QueuePosition;
}

/** A place in a queue: the lane, then the message. */
export interface QueuePosition {
  readonly lane: number;
  readonly id: number;
}

/** The reading side of the record: needs no running production. */
export interface MessageReader
  extends ImageReader, AlertReader, ActivityReader, AuditReader, SavedSearchReader {
  production(): Promise<ProductionState | undefined>;
  hosts(): Promise<readonly HostState[]>;
  disabledHosts(): Promise<readonly DisabledHost[]>;
  queues(): Promise<readonly QueueCount[]>;
  messages(filter?: MessageFilter): Promise<readonly MessageHeader[]>;
  /** As `messages`, with what each carries. */
  search(filter: MessageFilter): Promise<readonly FoundMessage[]>;
  /** What waits in the queue of a host, from a place on; at most `limit`. */
  waiting(host: string, limit: number, after?: QueuePosition): Promise<QueuePart>;
  message(id: number): Promise<Message | undefined>;
  /** All messages of a session, oldest first; empty when there is no such session. */
  session(sessionId: number): Promise<readonly Message[]>;
  /** The newest session's id. */
  lastSession(): Promise<number | undefined>;
  /** Bytes of the documents that have come since a time (ISO 8601), each once. */
  documentBytes(since: string): Promise<number>;
  events(filter?: EventFilter): Promise<readonly LoggedEvent[]>;
  close(): Promise<void>;
}
