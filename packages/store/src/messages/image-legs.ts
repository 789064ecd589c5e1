import { sql, type RawBuilder } from 'kysely';

/**
 * The query for the legs of an image.
 * @param session SQL for the id of the message that brought it in, and of its session
 * @param digest SQL for the document of that message
 *
 * They are the messages of its session, but for those that carry what another message brought in (a process may
 * send on in one session what came in several), and the requests by which other sessions sent its document on.
 */
export function legsOfImage(session: string, digest: string): RawBuilder<unknown> {
  const [id, document] = [sql.raw(session), sql.raw(digest)];
  return sql`
    SELECT s.* FROM messages s WHERE s.session_id = ${id}
      AND (s.document_digest IS NULL OR s.document_digest IS ${document}
        OR NOT ${wasReceived(sql`s.document_digest`)})
    UNION ALL
    SELECT e.* FROM messages e WHERE e.document_digest = ${document}
      AND e.session_id <> ${id} AND e.session_id <> e.id AND e.type = 'Request'
      AND NOT EXISTS (SELECT 1 FROM messages b WHERE b.id = e.session_id
        AND b.document_digest = e.document_digest)`;
}

/**
 * How bad it stands with the leg `l`: the place of its state in `states`. The response to a waiting handler is no
 * news, taken or not: the handler's own message says whether anything is still to happen.
 */
export const stateRank = sql`CASE
  WHEN l.status IN ('Error', 'Aborted', 'Discarded') AND l.type = 'Request'
    AND l.target_business_type <> 'Unknown' AND l.error_origin_host IS NULL
    AND NOT EXISTS (SELECT 1 FROM messages n INDEXED BY messages_session
      WHERE n.session_id = l.session_id AND n.id > l.id AND n.type = 'Request'
      AND n.target_config_name = l.target_config_name
      AND n.body_digest IS l.body_digest) THEN 4
  WHEN l.status = 'Suspended' THEN 3
  WHEN l.status = 'Delivered' AND l.attempts > 0 THEN 2
  WHEN l.status IN ('Created', 'Queued', 'Delivered', 'Deferred')
    AND l.target_queue_name NOT GLOB '_SyncCall:*' THEN 1
  ELSE 0 END`;

function wasReceived(digest: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`EXISTS (SELECT 1 FROM messages f
    WHERE f.document_digest = ${digest} AND f.id = f.session_id)`;
}
