import { EngineError, type QueuePosition } from '@consort/core';

/** Where a page begins: below the message, event or entry of this number. @throws EngineError USAGE */
export function beforeOf(cursor: string | undefined): { readonly before?: number } {
  if (cursor === undefined) return {};
  const before = Number(cursor);
  if (!/^\d{1,15}$/.test(cursor)) throw noCursor();
  return { before };
}

/** The cursor of the page after one that ends with `last`; none after a page that is not full. */
export function nextOf(
  page: readonly unknown[],
  limit: number,
  last: number | undefined,
): { readonly next?: string } {
  return page.length < limit || last === undefined ? {} : { next: String(last) };
}

/** A place in a queue as a cursor, and back. @throws EngineError USAGE */
export function positionOf(cursor: string | undefined): QueuePosition | undefined {
  if (cursor === undefined) return undefined;
  const match = /^(\d)-(\d{1,15})$/.exec(cursor);
  if (!match) throw noCursor();
  return { lane: Number(match[1]), id: Number(match[2]) };
}

/** The cursor of a place in a queue. */
export function cursorOf({ lane, id }: QueuePosition): string {
  return `${lane}-${id}`;
}

function noCursor(): EngineError {
  return new EngineError('USAGE', 'the cursor is none: give what the page before gave as next');
}
