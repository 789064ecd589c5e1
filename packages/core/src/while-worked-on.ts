import type { Stopping } from './host.ts';
import type { MessageStore } from './message-store.ts';

const lookInterval = 250;

/**
 * How long a handler waits for the response to a request while its host stops: until `signal`, and once the host is
 * `quiet`, only as long as somebody is at work on the request for the first time. One that waits in a queue or for its
 * next try is waited for after the next start: whoever stops a production must not wait for a dead PACS.
 */
export function whileWorkedOn(
  requestId: number,
  messages: Pick<MessageStore, 'message'>,
  { quiet, signal }: Stopping,
): { readonly signal: AbortSignal; close(): void } {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const request = await messages.message(requestId).catch(() => undefined);
    const isWorkedOn = request?.header.status === 'Delivered' && request.header.attempts === 0;
    const isAnswered = request?.header.status === 'Completed' || request?.header.status === 'Error';
    if (!isWorkedOn && !isAnswered) over.abort();
  }

  function begin(): void {
    void look();
    timer = setInterval(() => void look(), lookInterval);
    timer.unref();
  }

  if (quiet.aborted) begin();
  else quiet.addEventListener('abort', begin, { once: true });
  return {
    signal: AbortSignal.any([signal, over.signal]),
    close() {
      quiet.removeEventListener('abort', begin);
      clearInterval(timer);
    },
  };
}
