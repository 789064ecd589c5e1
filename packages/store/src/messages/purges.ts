import type { Database } from 'better-sqlite3';
import type { Calls } from './calls.ts';

/** Sessions of one transaction: small, so that nobody waits behind it. */
const batch = 100;

/** How old sessions leave the record, and their documents with them. */
export function purges(
  database: Database,
): Pick<Calls, 'purge' | 'unreferencedDocuments' | 'forgetDocument'> {
  // A session ends with its last message: all of it stays while one of them is open or young.
  const selectSessions = database.prepare<[Record<string, unknown>], Candidate>(
    `SELECT s.session_id AS id,
        (SELECT count(*) FROM messages m WHERE m.session_id = s.session_id
          AND m.status NOT IN ('Completed', 'Discarded', 'Error', 'Aborted')) AS open,
        (SELECT count(*) FROM messages m WHERE m.session_id = s.session_id
          AND m.status IN ('Error', 'Aborted')) AS failed,
        (SELECT max(coalesce(m.time_processed, m.time_created)) FROM messages m
          WHERE m.session_id = s.session_id) AS endedAt,
        (SELECT count(*) FROM messages m WHERE m.session_id = s.session_id) AS messages
      FROM messages s
      WHERE s.id > :after AND s.id = s.session_id AND s.time_created < :newest
      ORDER BY s.id LIMIT :limit`,
  );
  const selectDigests = database
    .prepare<[number], string>(
      `SELECT DISTINCT document_digest FROM messages
        WHERE session_id = ? AND document_digest IS NOT NULL`,
    )
    .pluck();
  const selectBodies = database
    .prepare<[number], string>(
      `SELECT DISTINCT body_digest FROM messages WHERE session_id = ? AND body_digest IS NOT NULL`,
    )
    .pluck();
  const deleteInstances = database.prepare(
    `DELETE FROM instances WHERE id IN (SELECT id FROM messages WHERE session_id = ?)`,
  );
  const deleteEvents = database.prepare(`DELETE FROM events WHERE session_id = ?`);
  const deleteOldEvents = database.prepare(
    `DELETE FROM events WHERE id IN (
      SELECT id FROM events WHERE time < ? AND session_id IS NULL ORDER BY time LIMIT 1000)`,
  );
  const deleteMessages = database.prepare(`DELETE FROM messages WHERE session_id = ?`);
  const deleteBody = database.prepare(
    `DELETE FROM bodies WHERE digest = :digest
      AND NOT EXISTS (SELECT 1 FROM messages WHERE body_digest = :digest)`,
  );
  const deleteDocument = database.prepare(
    `DELETE FROM documents WHERE digest = :digest
      AND NOT EXISTS (SELECT 1 FROM messages WHERE document_digest = :digest)`,
  );
  const noteUnreferenced = database.prepare(
    `INSERT INTO unreferenced_documents (digest, since) VALUES (?, ?) ON CONFLICT DO NOTHING`,
  );
  const isReferenced = database
    .prepare<[string], number>(`SELECT 1 FROM messages WHERE document_digest = ? LIMIT 1`)
    .pluck();
  const selectUnreferenced = database
    .prepare<[number], string>(
      `SELECT digest FROM unreferenced_documents ORDER BY since, digest LIMIT ?`,
    )
    .pluck();
  const forget = database.prepare(`DELETE FROM unreferenced_documents WHERE digest = ?`);

  function removeSession(id: number): void {
    const digests = selectDigests.all(id);
    const bodies = selectBodies.all(id);
    deleteInstances.run(id);
    deleteEvents.run(id);
    deleteMessages.run(id);
    for (const digest of bodies) deleteBody.run({ digest });
    for (const digest of digests) {
      if (deleteDocument.run({ digest }).changes === 0) continue;
      noteUnreferenced.run(digest, new Date().toISOString());
    }
  }

  return {
    purge({ completedBefore, failedBefore, after, isDryRun }) {
      const newest = [completedBefore, failedBefore].reduce((a, b) => (a > b ? a : b));
      const found = selectSessions.all({ after, newest, limit: batch });
      const leaving = found.filter(
        ({ open, failed, endedAt }) =>
          open === 0 && endedAt < (failed > 0 ? failedBefore : completedBefore),
      );
      if (!isDryRun) {
        for (const { id } of leaving) removeSession(id);
        deleteOldEvents.run(completedBefore);
      }
      return {
        sessions: leaving.length,
        messages: leaving.reduce((sum, { messages }) => sum + messages, 0),
        // Where the next batch begins; absent when this was the last.
        ...(found.length === batch ? { after: found.at(-1)!.id } : {}),
      };
    },

    unreferencedDocuments: (limit) => selectUnreferenced.all(limit),

    forgetDocument(digest) {
      forget.run(digest);
      return isReferenced.get(digest) === undefined;
    },
  };
}

interface Candidate {
  readonly id: number;
  readonly open: number;
  readonly failed: number;
  readonly endedAt: string;
  readonly messages: number;
}
