import type { DimseService } from '../association/command-fields.ts';
import type { CommandElements, CommandSet } from '../association/command-set.ts';
import type { AbortCause } from '../association/pdu.ts';

/** A request of any service but C-ECHO and C-STORE, judged by `judgeCommand`. */
export interface OperationRequest {
  readonly service: DimseService;
  readonly messageId: number;
  readonly command: CommandSet;
  readonly contextId: number;
  /** The SOP class of its context. */
  readonly abstractSyntax: string;
  readonly transferSyntaxUid: string;
}

/** Takes the data set of an operation, if it has one, then gives its answers. */
export interface OperationReceiver {
  /** As `ObjectReceiver.write`. */
  write(fragment: Buffer): Promise<void>;
  /** The data set will never be whole. */
  discard(): Promise<void>;
  /**
   * The request is whole: what are its answers? Pulled no faster than the peer takes them. A rejection answers as a
   * failure.
   */
  answers(wishes: Wishes): AsyncIterable<OperationReply>;
}

/** How long answers are wanted. */
export interface Wishes {
  /** Aborted when the peer is gone: it closed, aborted or released. */
  readonly gone: AbortSignal;
  /** Aborted when the peer has cancelled the operation (PS3.7 section 9.3.2.3). */
  readonly cancelled: AbortSignal;
}

/** An answer to an operation: a response, the last of which ends it, or something else on the way. */
export type OperationReply =
  | {
      readonly kind: 'response';
      /** Its Status, and what else it says; what identifies it is filled in. */
      readonly elements: CommandElements & { readonly status: number };
      /** In the transfer syntax of the request's context. */
      readonly dataSet?: AsyncIterable<Buffer>;
      /** Called once. */
      told?(outcome: 'sent' | 'peer gone'): void;
    }
  | {
      /** A sub-operation of a C-GET: the object goes to the peer on the same association (PS3.4 section C.4.3). */
      readonly kind: 'store';
      readonly object: ObjectToStore;
      /** Called once, with the peer's status, or why there is none. */
      stored(outcome: number | 'no context' | 'peer gone'): void;
    }
  | {
      /** Aborts the association instead of answering (PS3.8 table 9-26). */
      readonly kind: 'abort';
      readonly abort: AbortCause;
      told?(outcome: 'sent' | 'peer gone'): void;
    };

/** An object and how it is encoded. */
export interface ObjectToStore {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly dataSet: AsyncIterable<Buffer>;
}
