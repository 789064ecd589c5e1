import type { EngineError, MessageStore } from '@consort/core';

/** What a client asks of the thread: one method of the store each. */
export type Method = keyof Calls | 'flush' | 'assign' | 'unassign';

/** The store's methods as they run on the thread: at once, inside a transaction. */
export type Calls = {
  readonly [Name in Exclude<keyof MessageStore, 'flush' | 'assign' | 'close'>]: (
    ...args: Parameters<MessageStore[Name]>
  ) => Awaited<ReturnType<MessageStore[Name]>>;
};

/** The calls that only read. */
export const readingCalls: ReadonlySet<string> = new Set<keyof Calls>([
  'production',
  'hosts',
  'disabledHosts',
  'queues',
  'messages',
  'search',
  'waiting',
  'message',
  'session',
  'lastSession',
  'documentBytes',
  'events',
  'images',
  'studies',
  'legs',
  'place',
  'alerts',
  'activity',
  'traffic',
  'auditTrail',
  'savedSearches',
  'alertFacts',
  'measurements',
  'tracedLegs',
  'troubles',
  'pending',
  'depth',
  'unreferencedDocuments',
  'awaited',
  'instance',
]);

/** Thrown by a call whose changes stand although its caller gets an error. */
export class RecordedError extends Error {
  readonly error: EngineError;

  constructor(error: EngineError) {
    super(error.message);
    this.error = error;
  }
}
