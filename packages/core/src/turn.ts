import type { Outcome } from './message-store.ts';
import type { Json, Message } from './message.ts';

/** A process instance between two of its turns. */
export interface ProcessInstance {
  /** The request that it is to answer. */
  readonly request: Message;
  /** What its last turn left. */
  readonly state: Json;
}

/** What came of a turn of a process instance. */
export interface Turn {
  /** How the leg of the response that was handled ends. */
  readonly leg: Outcome;
  readonly state: Json;
  /** Set when the instance has ended, and how. */
  readonly end?: Extract<Outcome, { status: 'Completed' | 'Error' }>;
}
