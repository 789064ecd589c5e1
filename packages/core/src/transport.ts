import type { Claim } from './message-store.ts';

/** What a job carries: ids and names, never a body and never a value of a data element. */
export interface WakeUp {
  readonly messageId: number;
  readonly sessionId: number;
  /** The body's type; it names the job for whoever looks at the queue. */
  readonly bodyType: string;
  /** Set when the wake-up repeats one that came too early: the message that was in its way. */
  readonly after?: number;
  /**
   * Set when the message has been claimed before, and how often: its first wake-up may still be at work, for another
   * message even, and this one is not to be taken for it.
   */
  readonly fence?: number;
}

/** Takes the wake-ups of one host until it is closed. */
export interface Consumer {
  /**
   * Runs `work` on a message that was claimed ahead of its wake-up, as soon as a worker is free: it is the delivery that
   * the wake-up stands for. `work` does not reject.
   */
  take(claim: Claim, work: () => Promise<void>): void;
  /** Takes no more wake-ups; resolves when `deliver` and `work` have ended wherever they were called. */
  close(): Promise<void>;
}

/**
 * The queues between hosts: a list of wake-ups that may be lost and rebuilt at any time.
 * The message store is the record; nothing here is believed.
 */
export interface Transport {
  /**
   * Adds wake-ups to a host's queue, in order. One that is in the queue already is not added again. A single one may
   * wait a moment for others, so that they travel together: the record has handed its message over, if a worker was free.
   * Bounded in time; rejects with REDIS_UNAVAILABLE when Redis does not take them, which callers may ignore:
   * recovery adds them later.
   */
  wake(host: string, wakeUps: readonly WakeUp[]): Promise<void>;

  /**
   * Calls `deliver` once per wake-up, at most `poolSize` at a time.
   * The job is active, and counted so, until `deliver` resolves. `deliver` does not reject.
   */
  consume(host: string, poolSize: number, deliver: () => Promise<void>): Consumer;

  /** How many wake-ups wait in a host's queue. */
  waiting(host: string): Promise<number>;

  /** Empties a host's queue, whatever state its jobs are in. */
  clear(host: string): Promise<void>;

  /** Tells every thread of the production that the request has its response. Fire and forget. */
  hint(requestId: number): void;

  /** Calls back for every hint. */
  onHint(listener: (requestId: number) => void): void;

  /**
   * Calls back each time the connection is lost or is there again; at once with the present state.
   * @returns what ends that
   */
  onConnection(listener: (isConnected: boolean) => void): () => void;

  close(): Promise<void>;
}
