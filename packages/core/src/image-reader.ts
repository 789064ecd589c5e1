import type { Answered, Arrival, Document, MessageHeader } from './message.ts';
import type { DisabledHost } from './message-reader.ts';
import type { RecordedReceipt } from './receipt.ts';

/**
 * How far an image has come that was received once: the worst of its legs.
 *
 * - failed: a leg has ended in Error, was aborted or set aside, and was not sent again
 * - suspended: a leg waits for a person
 * - retrying: a leg is tried again and again
 * - inProgress: something is still to happen
 * - completed: everything has happened
 */
export type ImageState = 'failed' | 'suspended' | 'retrying' | 'inProgress' | 'completed';

/** Which images; all that are given must hold. */
export interface ImageFilter {
  readonly patientId?: string;
  readonly accessionNumber?: string;
  readonly studyInstanceUid?: string;
  readonly sopInstanceUid?: string;
  /** ISO 8601: received at or after it. */
  readonly since?: string;
  /** ISO 8601: received before it. */
  readonly until?: string;
}

/** An image as it was received, once: the message that brought it in, and what became of it. */
export interface ReceivedImage {
  /** The first message of its session. */
  readonly messageId: number;
  readonly time: string;
  readonly document: Document;
  readonly arrival?: Arrival;
  readonly answered?: Answered;
  readonly state: ImageState;
  /** The message that brought the same data set first, when this one brought it again. */
  readonly sameAs?: number;
  /** The message that first brought another data set under the same SOP Instance UID. */
  readonly otherContentIn?: number;
}

/** The images of one study, counted. An image that was sent twice was received twice. */
export interface StudyCount {
  /** Absent for images without one. */
  readonly studyInstanceUid?: string;
  readonly patientIds: readonly string[];
  readonly patientNames: readonly string[];
  readonly accessionNumbers: readonly string[];
  readonly modalities: readonly string[];
  readonly callingAeTitles: readonly string[];
  readonly received: number;
  readonly completed: number;
  readonly inProgress: number;
  readonly retrying: number;
  readonly suspended: number;
  readonly failed: number;
  /** SOP Instance UIDs: how many images there are, however often each was sent. */
  readonly instances: number;
  /** Receptions of a data set that had been received before. */
  readonly sentAgain: number;
  /** SOP Instance UIDs under which more than one data set has come. */
  readonly otherContent: number;
  readonly firstImageAt: string;
  readonly lastImageAt: string;
  /** The message that brought the last one. */
  readonly lastMessageId: number;
}

/** A leg of an image's way: a message, what it carried and who took it. */
export interface Leg {
  readonly header: MessageHeader;
  readonly document?: { readonly digest: string; readonly size: number };
  /** Oldest first. */
  readonly receipts: readonly RecordedReceipt[];
}

/** What a Queued message waits behind. */
export interface QueuePlace {
  /** Requests of its queue that are in progress, oldest first. */
  readonly inProgress: readonly MessageHeader[];
  /** How many messages of its queue will be claimed before it. */
  readonly before: number;
  /** Set when the host of the queue is disabled. */
  readonly disabled?: DisabledHost;
}

/** Reads the record image by image: what came in, what became of it, what it waits for. */
export interface ImageReader {
  /**
   * Images received, newest first: at most `limit` (default 50) that came before message `before`.
   * What has been purged is not there.
   */
  images(
    filter: ImageFilter & { readonly before?: number; readonly limit?: number },
  ): Promise<readonly ReceivedImage[]>;

  /**
   * The studies to which an image of the filter belongs, each counted whole; the one that received an image last
   * comes first. At most `limit`, default 50; those whose last image came before message `before`.
   */
  studies(
    filter: ImageFilter & { readonly before?: number; readonly limit?: number },
  ): Promise<readonly StudyCount[]>;

  /**
   * The legs of what the first message of a session brought in, oldest first: those of its session, and those by
   * which another session sent the same document on. Legs of the session that carry what another message brought in
   * are left out.
   */
  legs(sessionId: number): Promise<readonly Leg[]>;

  /** What a Queued message waits behind; undefined when it is not Queued. */
  place(messageId: number): Promise<QueuePlace | undefined>;
}
