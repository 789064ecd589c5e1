import type { Database } from 'better-sqlite3';
import type { MessageHeader, PendingMessage } from '@consort/core';
import type { Calls } from './calls.ts';
import { endings } from './endings.ts';
import type { MessageTable } from './schema.ts';

const batch = 500;

/** What the clock answers: timers, and requests whose sender has waited long enough. */
export function deadlines(database: Database): Pick<Calls, 'expire'> {
  const { row: rowOf, end, respond } = endings(database);
  const selectExpired = database.prepare<[string, string], MessageTable>(
    `SELECT * FROM messages WHERE expires_at <= ?
        AND source_config_name IN (SELECT value FROM json_each(?))
      ORDER BY expires_at, id LIMIT ${batch}`,
  );
  const over = database.prepare(
    `UPDATE messages SET expires_at = NULL, timed_out_at = ? WHERE id = ?`,
  );

  function ring(row: MessageTable, now: string): MessageHeader | undefined {
    if (row.target_business_type === 'Unknown') {
      const response = respond(row, { status: 'Completed', body: { type: 'timer' } });
      over.run(null, row.id);
      end(rowOf(row.id)!, { status: 'Completed' });
      return response;
    }
    if (row.corresponding_message_id !== null || row.awaited_by === null) {
      over.run(null, row.id);
      return undefined;
    }
    const seconds = (Date.parse(now) - Date.parse(row.time_created)) / 1000;
    const text = `message ${row.id} to ${row.target_config_name} had no response within ${Math.round(seconds * 10) / 10} s`;
    const response = respond(row, { status: 'Error', error: { code: 'REQUEST_TIMEOUT', text } });
    over.run(now, row.id);
    return response;
  }

  return {
    expire(hosts, now = new Date().toISOString()) {
      const responses = selectExpired.all(now, JSON.stringify(hosts)).flatMap((row) => {
        const response = ring(row, now);
        return response?.status === 'Queued' ? [response] : [];
      });
      return responses.map((header) => ({ host: header.targetQueueName, ...pendingOf(header) }));
    },
  };
}

function pendingOf({ id, sessionId, messageBodyClassName }: MessageHeader): PendingMessage {
  return { id, sessionId, bodyType: messageBodyClassName ?? 'empty' };
}
