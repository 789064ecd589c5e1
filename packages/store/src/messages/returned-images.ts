import type { Database } from 'better-sqlite3';
import type { Delivered, NewRequest } from '@consort/core';
import { nameBody } from './bodies.ts';
import type { Calls } from './calls.ts';
import { messageInserter } from './insert-message.ts';
import { priorities } from './message-row.ts';

/**
 * Lets `send` notice an image that comes from a peer to which the production has delivered the same data set, as its
 * receipts say; see `NewRequest.whenReturned`.
 */
export function noticingReturnedImages<Part extends Pick<Calls, 'send'>>(
  database: Database,
  part: Part,
): Part {
  const insert = messageInserter(database);
  // Taken is what was answered with Success or a warning (PS3.4 table B.2-1). By the document: hardly ever have many messages the same one.
  // The + keeps the planner from looking at the value, for which it would prepare the statement anew each time.
  const selectDelivered = database.prepare<[string], Delivered>(
    `SELECT r.message_id AS messageId, r.peer FROM messages m JOIN receipts r ON r.message_id = m.id
      WHERE m.document_digest = +? AND r.digest = m.document_digest
        AND (r.status = '0000' OR r.status LIKE 'B%') ORDER BY r.message_id DESC`,
  );

  function deliveredTo({ arrival, body, whenReturned }: NewRequest): Delivered | undefined {
    const aeTitle = arrival?.callingAeTitle;
    const { document } = body;
    if (!whenReturned || aeTitle === undefined || !document?.attributes.sopInstanceUid) {
      return undefined;
    }
    return selectDelivered.all(document.digest).find(({ peer }) => aeTitleOf(peer) === aeTitle);
  }

  function insertDiscarded(request: NewRequest, { peer, messageId }: Delivered) {
    return insert({
      type: 'Request',
      status: 'Discarded',
      priority: priorities.indexOf(request.priority),
      source: request.source,
      sourceType: request.sourceType,
      target: nobody,
      targetType: 'Unknown',
      queue: nobody,
      body: nameBody(request.body),
      description: request.description,
      arrival: request.arrival,
      note: `returned by ${peer}, to which message ${messageId} had delivered it`,
    });
  }

  return {
    ...part,
    send(request) {
      const returned = deliveredTo(request);
      if (!returned) return part.send(request);
      const sent =
        request.whenReturned === 'discard'
          ? { ...insertDiscarded(request, returned), isNew: true }
          : part.send(request);
      return { ...sent, returned };
    },
  };
}

/** Where an image goes that has come back: no host, and so no queue that anybody reads. */
const nobody = '_Returned';

/** Of `AET@HOST:PORT`: a title may have an @ of its own, a host has none. */
function aeTitleOf(peer: string): string | undefined {
  if (peer.startsWith('file:')) return undefined;
  const at = peer.lastIndexOf('@');
  return at > 0 ? peer.slice(0, at) : undefined;
}
