import { setTimeout as sleep } from 'node:timers/promises';
import {
  isFinished,
  type LoggedEvent,
  type MessageHeader,
  type MessageReader,
} from '@consort/core';

/** What is new in the record. */
export type News =
  | { readonly message: MessageHeader }
  | { readonly event: LoggedEvent }
  /** So many messages, or events, came in between that they are not given one by one. */
  | { readonly leftOut: number };

/** Milliseconds between two looks. */
const pause = 1_000;
/** Messages, and events, that one look gives at most: the newest. */
const most = 500;
/** Unfinished messages that are looked at again, at most: the newest. */
const mostOpen = 1_000;

/**
 * Gives what is new in a record, oldest first, until `signal` is aborted: messages as they are made and whenever their
 * status or their attempts have changed, and events.
 */
export async function follow(
  reader: MessageReader,
  signal: AbortSignal,
  give: (news: readonly News[]) => void,
): Promise<void> {
  const open = new Map<number, MessageHeader>();
  let lastMessage = (await reader.messages({ limit: 1 }))[0]?.id ?? 0;
  let lastEvent = (await reader.events({ limit: 1 }))[0]?.id ?? 0;

  async function newMessages(): Promise<readonly News[]> {
    const found = await reader.messages({ after: lastMessage, limit: most });
    const skipped = leftOut(lastMessage, found);
    for (const header of found.toReversed())
      if (!isFinished(header.status)) open.set(header.id, header);
    for (const id of [...open.keys()].slice(0, -mostOpen)) open.delete(id);
    lastMessage = found[0]?.id ?? lastMessage;
    return [...skipped, ...found.toReversed().map((message) => ({ message }))];
  }

  async function changes(): Promise<readonly News[]> {
    const changed: News[] = [];
    for (const before of open.values()) {
      const now = (await reader.message(before.id))?.header;
      if (!now || isFinished(now.status)) open.delete(before.id);
      else open.set(now.id, now);
      if (now && (now.status !== before.status || now.attempts !== before.attempts)) {
        changed.push({ message: now });
      }
    }
    return changed;
  }

  async function newEvents(): Promise<readonly News[]> {
    const found = await reader.events({ after: lastEvent, limit: most });
    const skipped = leftOut(lastEvent, found);
    lastEvent = found[0]?.id ?? lastEvent;
    return [...skipped, ...found.toReversed().map((event) => ({ event }))];
  }

  while (!signal.aborted) {
    const news = [...(await changes()), ...(await newMessages()), ...(await newEvents())];
    if (news.length > 0) give(news);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Ids have no gaps but for what was undone, so this is at most a few too many. */
function leftOut(last: number, found: readonly { readonly id: number }[]): readonly News[] {
  const first = found.at(-1)?.id ?? last;
  return found.length === most && first > last + 1 ? [{ leftOut: first - last - 1 }] : [];
}
