/** A step after which a production can be ended with SIGKILL; see `crash-preload.ts`. */
export interface CrashPoint {
  readonly name: string;
  /** How many messages there are for the image that was on its way; undefined where both are right. */
  readonly messages?: 0 | 1;
}

/**
 * The steps of one image, in their order, from its first byte to the file. What stands between two of them is what
 * a crash there finds done: `document.written` is before the sync, `document.synced` after it and before the name.
 */
export const crashPoints: readonly CrashPoint[] = [
  { name: 'document.begun', messages: 0 },
  { name: 'document.half-written', messages: 0 },
  { name: 'document.written', messages: 0 },
  { name: 'document.synced', messages: 0 },
  { name: 'document.named', messages: 0 },
  { name: 'document.name-synced', messages: 0 },
  // Each transaction of the record: the image's own, and those of its legs.
  { name: 'record.written' },
  { name: 'record.committed' },
  { name: 'record.synced' },
  { name: 'file.begun', messages: 1 },
  { name: 'file.half-written', messages: 1 },
  { name: 'file.synced', messages: 1 },
  { name: 'file.named', messages: 1 },
  { name: 'file.draft-removed', messages: 1 },
  { name: 'file.name-synced', messages: 1 },
  { name: 'response.ready', messages: 1 },
  { name: 'response.written', messages: 1 },
];

/** The step of an image that is sent on: its peer has answered Success, and the record does not know of it yet. */
export const peerAnswered = 'peer.answered';
