import type {
  Document,
  Event,
  LoggedEvent,
  Message,
  MessageBody,
  MessageStore,
  Production,
} from '@consort/core';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { shownDocument, shownDifference, ShownElement } from './api/documents.ts';

/** What a running production does for the page: the functions behind its control socket, and what needs DICOM. */
export interface RunningEngine {
  /** As it is now; an update puts another in its place. */
  readonly production: Production;
  /** Where uploads may stand while they are read; a folder of the data directory. */
  readonly uploads: string;
  /**
   * Does what `production VERB` would: the handlers of the control socket.
   * @throws EngineError what the handler refuses with
   */
  act(verb: string, asked: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** For what went wrong in the page itself. */
  log(event: Event): void;
  /** What the page itself records. */
  readonly record: Pick<MessageStore, 'audit' | 'saveSearch' | 'removeSearch'>;
  readonly documents: DocumentViewer;
  /** A trace as `production trace` draws it, and the session in one line. */
  drawTrace(
    messages: readonly Message[],
    events: readonly LoggedEvent[],
  ): { readonly text: string; readonly summary: string };
}

/** Shows documents: what the page may not know of DICOM. Each call may throw DOCUMENT_MISSING, DATA_SET_UNREADABLE. */
export interface DocumentViewer {
  /** Its data elements, so far as they can be shown. @throws EngineError TOO_LARGE */
  elements(body: MessageBody): Promise<z.output<typeof shownDocument>>;
  /** What would stand before the data set in a file (PS3.10 section 7.1). */
  fileMetaInformation(document: Document): Promise<readonly ShownElement[]>;
  /** What the second has otherwise than the first. @throws EngineError TOO_LARGE */
  difference(before: MessageBody, after: MessageBody): Promise<z.output<typeof shownDifference>>;
  /** The whole as a DICOM file; the caller reads or destroys it. */
  file(document: Document): Promise<{ readonly bytes: Readable; readonly size: number }>;
  /**
   * A frame as an image; absent where nothing renders frames.
   * @param frame from 1
   * @throws EngineError FRAMES_UNREADABLE
   */
  frame?(
    body: MessageBody,
    frame: number,
    window: { readonly center?: number; readonly width?: number },
  ): Promise<{ readonly mediaType: 'image/png' | 'image/jpeg'; readonly bytes: Uint8Array }>;
}
