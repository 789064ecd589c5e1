import type { Database } from 'better-sqlite3';
import type { Alert, AlertChanges, AlertState, Event } from '@consort/core';
import { alertBody, alertEvent } from '@consort/core/record';
import { alertOf, alertReadings, type AlertTable } from './alert-readings.ts';
import { nameBody } from './bodies.ts';
import type { Calls } from './calls.ts';
import { messageInserter } from './insert-message.ts';
import { priorities } from './message-row.ts';
import { notes } from './notes.ts';

/** Alerts as they begin and end, and what they are made of. */
export function alerts(
  database: Database,
): Pick<Calls, 'beginAlerts' | 'alertFacts' | 'noteAlerts'> {
  const { alertFacts } = alertReadings(database);
  const insertMessage = messageInserter(database);
  const { log } = notes(database);
  const forgetMarks = database.prepare(
    `DELETE FROM alert_marks WHERE host NOT IN (SELECT value FROM json_each(?)) AND host <> ''`,
  );
  const beginMarks = database.prepare(
    `INSERT INTO alert_marks (host, failed, retried, logged)
      SELECT value, coalesce(failed, 0), coalesce(retried, 0), coalesce(logged, 0)
      FROM json_each(?) LEFT JOIN failures ON failures.host = value
      WHERE true ON CONFLICT DO NOTHING`,
  );
  const beginEnds = database.prepare(
    `INSERT INTO alert_marks (host, logged) SELECT '', coalesce(max(id), 0) FROM events
      WHERE true ON CONFLICT DO NOTHING`,
  );
  const putMark = database.prepare(
    `UPDATE alert_marks SET failed = ?, retried = ?, logged = ?, pending_since = ? WHERE host = ?`,
  );
  const putEndsMark = database.prepare(`UPDATE alert_marks SET logged = ? WHERE host = ''`);
  const insert = database
    .prepare<unknown[], number>(
      `INSERT INTO alerts (condition, host, calling_ae_title, text, started_at, last_at, count, changed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    )
    .pluck();
  const goOn = database.prepare(
    `UPDATE alerts SET last_at = coalesce(?, last_at), count = coalesce(?, count) WHERE id = ?`,
  );
  const end = database.prepare(
    `UPDATE alerts SET ended_at = ?, note = ?, changed_at = ? WHERE id = ? AND ended_at IS NULL`,
  );
  const setMessage = {
    started: database.prepare(`UPDATE alerts SET started_message = ? WHERE id = ?`),
    ended: database.prepare(`UPDATE alerts SET ended_message = ? WHERE id = ?`),
  };
  const selectAlert = database.prepare<[number], AlertTable>(`SELECT * FROM alerts WHERE id = ?`);

  /** Who is told of an alert: the event log, and the target by a message of its own session. */
  function tell(id: number, state: AlertState, { production, target }: AlertChanges) {
    const alert = alertOf(selectAlert.get(id)!);
    const message = target && insertMessage(messageTo(target, alert, state, production));
    if (message) setMessage[state].run(message.id, id);
    const event: Event = {
      ...alertEvent(alert, state),
      ...(message ? { sessionId: message.sessionId, messageId: message.id } : {}),
    };
    log(event);
    return { event, message };
  }

  return {
    alertFacts,

    beginAlerts(hosts) {
      const names = JSON.stringify(hosts);
      forgetMarks.run(names);
      beginMarks.run(names);
      beginEnds.run();
    },

    noteAlerts(changes) {
      const now = new Date().toISOString();
      for (const { id, lastAt, count } of changes.continued) {
        goOn.run(lastAt ?? null, count ?? null, id);
      }
      for (const { host, failed, retried, logged, pendingSince } of changes.marks) {
        putMark.run(failed, retried, logged, pendingSince ?? null, host);
      }
      putEndsMark.run(changes.endsMark);
      const begun = changes.started.map((alert) => {
        const { condition, host, callingAet, text, startedAt, lastAt, count } = alert;
        const id = insert.get(
          condition,
          host,
          callingAet ?? null,
          text,
          startedAt,
          lastAt ?? null,
          count ?? null,
          now,
        );
        return tell(id!, 'started', changes);
      });
      const over = changes.ended.flatMap(({ id, endedAt, note }) => {
        if (end.run(endedAt, note ?? null, now, id).changes === 0) return [];
        return [tell(id, 'ended', changes)];
      });
      const told = [...begun, ...over];
      return {
        events: told.map(({ event }) => event),
        messages: told.flatMap(({ message }) => message ?? []),
      };
    },
  };
}

function messageTo(
  { host, type }: NonNullable<AlertChanges['target']>,
  alert: Alert,
  state: AlertState,
  production: string,
) {
  return {
    type: 'Request',
    // The first lane, as IRIS has it for alarms: an alert does not wait behind what it is about.
    priority: priorities.indexOf('HighSync'),
    // No host: what is sent for one must not look like work of its own.
    source: '_Alerts',
    sourceType: 'Unknown',
    target: host,
    targetType: type,
    queue: host,
    body: nameBody(alertBody(alert, state, production)),
  } as const;
}
