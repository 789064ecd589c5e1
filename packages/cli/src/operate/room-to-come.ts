import type { MessageStore } from '@consort/core';

/** Milliseconds for which an answer holds: everybody who waits asks. */
const holds = 500;

/**
 * Makes the function that says whether a purge can still make room: there are completed sessions, or documents that
 * nothing refers to any more. What is asked before an image is refused for want of space.
 */
export function roomToCome(
  messages: Pick<MessageStore, 'purge' | 'unreferencedDocuments'>,
): () => Promise<boolean> {
  let last: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > holds) {
      last = { at: performance.now(), answer: look(messages).catch(() => false) };
    }
    return last.answer;
  };
}

async function look(
  messages: Pick<MessageStore, 'purge' | 'unreferencedDocuments'>,
): Promise<boolean> {
  if ((await messages.unreferencedDocuments(1)).length > 0) return true;
  const completedBefore = new Date().toISOString();
  for (let after: number | undefined = 0; after !== undefined;) {
    const batch: Awaited<ReturnType<MessageStore['purge']>> = await messages.purge({
      completedBefore,
      failedBefore: '',
      after,
      isDryRun: true,
    });
    if (batch.sessions > 0) return true;
    after = batch.after;
  }
  return false;
}
