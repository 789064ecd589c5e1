import type { EventLog } from './event.ts';
import type { MessageStore } from './message-store.ts';
import type { NewRequest, Sent } from './new-request.ts';

/** The code of the events that the alert `imageReturned` is made of. */
const code = 'IMAGE_RETURNED';

/**
 * Makes a record that warns of an image that comes from a peer to which the production has delivered it: two that send
 * each other what they get would do so for ever.
 */
export function warningOfReturnedImages(messages: MessageStore, events: EventLog): MessageStore {
  return {
    ...messages,
    async send(request) {
      const sent = await messages.send(request);
      if (sent.returned) events.log(warning(request, sent, sent.returned));
      return sent;
    },
  };
}

function warning(
  { source, arrival, whenReturned }: NewRequest,
  { id, sessionId }: Sent,
  { peer, messageId }: NonNullable<Sent['returned']>,
) {
  const callingAet = arrival?.callingAeTitle ?? '';
  const end =
    whenReturned === 'discard' ? 'it is not sent on again' : 'it goes on, as whenReturned says';
  return {
    type: 'Warning',
    code,
    text:
      `message ${id} (from ${callingAet}) brings back the image that message ${messageId} had delivered to ${peer}; ` +
      `${end}; see to it that ${callingAet} does not send here what it gets from here`,
    host: source,
    sessionId,
    messageId: id,
    details: { callingAet, otherMessageId: messageId },
  } as const;
}
