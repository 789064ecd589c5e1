import type { messageStatuses } from './message-status.ts';

/**
 * The words of the engine, fixed here once.
 *
 * - host: a service, a process or an operation of a production, known by its name.
 * - message: one leg between two hosts: a header and a body. Request and response are two messages.
 * - session: all messages that one request from outside led to; its id is the id of the first.
 * - body: what a message says. Plain data; the bytes of an image stay in the document store.
 * - document: a claim on stored bytes: digest, size, transfer syntax and a few indexed attributes.
 * - status: where a message is in its life; the legal steps are in `message-status.ts`.
 */

/** Which of the two legs of a conversation a message is (IRIS: Type). */
export type MessageType = 'Request' | 'Response';

/** Queue: through the target's queue. InProc: run in the sender's own worker (IRIS: Invocation). */
export type Invocation = 'Queue' | 'InProc';

/** Lanes of a queue, first to last (IRIS: Priority). */
export type Priority = 'HighSync' | 'Sync' | 'SimSync' | 'Async';

/** A status of `message-status.ts`. */
export type MessageStatus = (typeof messageStatuses)[number];

/** The three kinds of host, and Unknown for what is outside (IRIS: SourceBusinessType). */
export type BusinessType = 'BusinessService' | 'BusinessProcess' | 'BusinessOperation' | 'Unknown';

/** Plain data that survives JSON. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** The attributes of an image that are indexed for search; DICOM keywords in camelCase. */
export interface DocumentAttributes {
  readonly patientId?: string;
  /**
   * PatientName in text, for the search alone: the record keeps it with the document, and a message that comes out of
   * the record does not have it.
   */
  readonly patientName?: string;
  readonly accessionNumber?: string;
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  readonly sopInstanceUid?: string;
  readonly modality?: string;
}

/** A claim on bytes in the document store: the data set exactly as it was received. */
export interface Document {
  /** SHA-256 of the data set, 64 lower-case hex digits; the name of the bytes. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string;
  readonly attributes: DocumentAttributes;
}

/** What a message says. `type` names its shape, for example `dicom.document`. */
export interface MessageBody {
  readonly type: string;
  readonly document?: Document;
  readonly [key: string]: Json | Document | undefined;
}

/**
 * How a message came in from outside; belongs to the message, not to the document.
 * Only an association has AE titles.
 */
export interface Arrival {
  /** Names the association; for a file, the one time that it was taken from its folder. */
  readonly associationId: string;
  /** `file` for a file. Not its name, which may hold values of the image: that is in the body. */
  readonly peerAddress: string;
  readonly callingAeTitle?: string;
  readonly calledAeTitle?: string;
}

/** Why a message failed. `origin` is the host and code where the failure began, when it came from further on. */
export interface ErrorStatus {
  readonly code: string;
  readonly text: string;
  readonly origin?: { readonly host: string; readonly code: string };
}

/** What the peer outside was told about a request, and when. */
export interface Answered {
  /**
   * Four hex digits of a DIMSE status (PS3.7 annex C), or `abort`, or `none` when the peer was gone; `taken` for a
   * file, once its message is on stable storage.
   */
  readonly status: string;
  /** Why, in words, when it is not simply the process's answer: `answered 0110 after 8 s`, `peer gone`. */
  readonly note?: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** One leg's header: IRIS's Ens.MessageHeader, and what the engine adds below it. Times are ISO 8601, UTC. */
export interface MessageHeader {
  readonly id: number;
  readonly sessionId: number;
  readonly superSession?: string;
  readonly type: MessageType;
  readonly invocation: Invocation;
  readonly priority: Priority;
  readonly status: MessageStatus;
  readonly sourceConfigName: string;
  readonly targetConfigName: string;
  readonly sourceBusinessType: BusinessType;
  readonly targetBusinessType: BusinessType;
  /** The host whose queue this message is in; `_SyncCall:<request id>` for a response to a waiting process. */
  readonly targetQueueName: string;
  /** Where the response goes; absent when none is wanted. */
  readonly returnQueueName?: string;
  readonly correspondingMessageId?: number;
  /** The process instance that waits for this request's response, or that this response is for. */
  readonly businessProcessId?: number;
  /** By which the instance knows the response. */
  readonly completionKey?: string;
  /** When whoever waits for the response of this request stops waiting; a timer's hour. */
  readonly expiresAt?: string;
  readonly messageBodyClassName?: string;
  /** SHA-256 of the body; equal bodies share one row. */
  readonly messageBodyId?: string;
  readonly description?: string;
  readonly timeCreated: string;
  /** When it was taken off its queue, then when its work ended. */
  readonly timeProcessed?: string;
  readonly isError: boolean;
  readonly errorStatus?: ErrorStatus;
  readonly resent?: 'r' | 'b';
  readonly banked?: number;

  /** When it was put in its queue, and when a worker took it: their difference is the wait. */
  readonly timeQueued?: string;
  readonly timeDelivered?: string;
  /** Failed attempts so far; above 0 and Delivered means it is retrying. */
  readonly attempts: number;
  /** When the first of them failed. */
  readonly firstFailedAt?: string;
  readonly nextAttemptAt?: string;
  /** Why a Discarded message was set aside. */
  readonly note?: string;
  readonly arrival?: Arrival;
  readonly answered?: Answered;
  /** Set on a response that is not the last one to its request. */
  readonly isPartial?: true;
  /** When whoever sent this request wanted no more answers to it. */
  readonly cancelledAt?: string;
}

/** A header with its body; a response to a failed or empty request has none. */
export interface Message {
  readonly header: MessageHeader;
  readonly body?: MessageBody;
}
