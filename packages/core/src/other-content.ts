import type { EventLog } from './event.ts';
import type { MessageStore } from './message-store.ts';
import type { NewRequest, Sent } from './new-request.ts';

/**
 * Makes a record that warns of an image that comes with other content than before under the same SOP Instance UID:
 * one of the two is not what its sender takes it for. Once for each content, when it first comes.
 */
export function warningOfOtherContent(messages: MessageStore, events: EventLog): MessageStore {
  return {
    ...messages,
    async send(request) {
      const sent = await messages.send(request);
      if (sent.otherContentIn !== undefined) events.log(warning(request, sent));
      return sent;
    },
  };
}

function warning({ source, arrival }: NewRequest, { id, sessionId, otherContentIn = 0 }: Sent) {
  const sender = arrival ? ` (from ${arrival.callingAeTitle ?? 'a file'})` : '';
  return {
    type: 'Warning',
    code: 'OTHER_CONTENT',
    text:
      `message ${id}${sender} brings another data set under the SOP Instance UID of message ${otherContentIn}; ` +
      'both are kept and go on; production show of the two says what came from whom',
    host: source,
    sessionId,
    messageId: id,
    details: { otherMessageId: otherContentIn },
  } as const;
}
