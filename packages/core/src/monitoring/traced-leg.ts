import type { EndStatus } from './measurements.ts';
import type { MessageHeader } from '../message.ts';

/** One leg that has ended, with what a trace tells of it: no body, no note, no text. Times are ISO 8601, UTC. */
export interface TracedLeg extends Pick<
  MessageHeader,
  | 'id'
  | 'sessionId'
  | 'type'
  | 'sourceConfigName'
  | 'targetConfigName'
  | 'sourceBusinessType'
  | 'targetBusinessType'
  | 'messageBodyClassName'
  | 'timeCreated'
  | 'timeQueued'
  | 'timeDelivered'
  | 'timeProcessed'
  | 'attempts'
  | 'isError'
> {
  readonly status: EndStatus;
  /** The message whose handler sent it; for a response that no handler sent, its request. */
  readonly parentId?: number;
  readonly errorCode?: string;
}

/** Which legs are asked for. */
export interface TracedLegsFilter {
  /** Those with a larger id, oldest first; undefined for none. */
  readonly after?: number;
  /** At most so many of them, ended or not. */
  readonly limit: number;
  /** Those that had not ended when they were asked for. */
  readonly open: readonly number[];
}

/** What was found. */
export interface TracedLegs {
  readonly ended: readonly TracedLeg[];
  /** Larger than `after`, and not ended. */
  readonly open: readonly number[];
  /** Of those that had not ended: the ones that are no more, because they were purged. */
  readonly gone: readonly number[];
  /** The largest id that was looked at; without `after` the newest message. */
  readonly last: number;
}

/** The record, for whoever follows it leg by leg. */
export interface TracingCalls {
  tracedLegs(filter: TracedLegsFilter): Promise<TracedLegs>;
}
