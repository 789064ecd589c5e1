import type { Database } from 'better-sqlite3';
import type { Document } from '@consort/core';
import type { Calls } from './calls.ts';

/**
 * Lets `send` say when a message from outside is the first to bring its data set, and another data set has come
 * under the same SOP Instance UID before.
 */
export function noticingOtherContent<Part extends Pick<Calls, 'send'>>(
  database: Database,
  part: Part,
): Part {
  // Asked for every image; nearly always there is none.
  const selectOther = database
    .prepare<[string, string], number>(
      `SELECT 1 FROM documents WHERE sop_instance_uid = ? AND digest <> ? LIMIT 1`,
    )
    .pluck();
  const selectFirst = database
    .prepare<[string], number>(
      `SELECT min(id) FROM messages WHERE document_digest = ? AND id = session_id`,
    )
    .pluck();
  const selectOldest = database
    .prepare<[string, string], number>(
      `SELECT min(o.id) FROM documents e JOIN messages o
          ON o.document_digest = e.digest AND o.id = o.session_id
        WHERE e.sop_instance_uid = ? AND e.digest <> ?`,
    )
    .pluck();

  function otherContent(id: number, { digest, attributes }: Document): number | undefined {
    const { sopInstanceUid } = attributes;
    if (sopInstanceUid === undefined || !selectOther.get(sopInstanceUid, digest)) return undefined;
    if (selectFirst.get(digest) !== id) return undefined;
    return selectOldest.get(sopInstanceUid, digest) ?? undefined;
  }

  return {
    ...part,
    send(request) {
      const sent = part.send(request);
      const { document } = request.body;
      if (request.parent || !document || !sent.isNew) return sent;
      const otherContentIn = otherContent(sent.id, document);
      return otherContentIn === undefined ? sent : { ...sent, otherContentIn };
    },
  };
}
