import type { Database } from 'better-sqlite3';
import type { Alert, RecordedAlert } from '@consort/core';
import type { Calls } from './calls.ts';
import { hostFacts } from './host-facts.ts';
import { withoutNull } from './message-row.ts';

/** A row of `alerts`, named as in the database. */
export interface AlertTable {
  readonly id: number;
  readonly condition: string;
  readonly host: string;
  readonly calling_ae_title: string | null;
  readonly text: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly last_at: string | null;
  readonly count: number | null;
  readonly note: string | null;
  readonly started_message: number | null;
  readonly ended_message: number | null;
}

interface MarkedEvent {
  readonly id: number;
  readonly time: string;
  readonly code: string;
  readonly host: string | null;
  readonly details: string | null;
}

/** What can be read about alerts; for the thread and for a reader of its own. */
export function alertReadings(database: Database): Pick<Calls, 'alerts' | 'alertFacts'> {
  const list = (open: string) =>
    database.prepare<[Record<string, unknown>], AlertTable>(
      `SELECT * FROM alerts
        WHERE ${open} changed_at >= :since AND instr(', ' || host || ', ', :host) > 0
        ORDER BY id DESC LIMIT :limit`,
    );
  const selectAlerts = list('');
  const selectOpen = list('ended_at IS NULL AND');
  const selectDelivery = database.prepare<[number], string>(delivery).pluck();
  const selectEvents = database.prepare<[], MarkedEvent>(
    `SELECT id, time, code, host, details FROM events
      WHERE code IN ('THREAD_ENDED', 'CHILD_ENDED', 'IMAGE_RETURNED') AND id > (SELECT logged FROM alert_marks WHERE host = '')
      ORDER BY id LIMIT 1000`,
  );
  const selectEndsMark = database
    .prepare<[], number>(`SELECT logged FROM alert_marks WHERE host = ''`)
    .pluck();
  const factsOf = hostFacts(database);

  return {
    alerts({ isOpen, host, since, limit } = {}) {
      const rows = (isOpen ? selectOpen : selectAlerts).all({
        since: since ?? '',
        host: host === undefined ? ', ' : `, ${host}, `,
        limit: limit ?? 50,
      });
      return rows.map((row): RecordedAlert => {
        const messages = [row.started_message, row.ended_message].filter((id) => id !== null);
        const told = messages.map((id) => selectDelivery.get(id));
        const worst = ['failed', 'waiting', 'delivered'].find((one) => told.includes(one));
        return { ...alertOf(row), messages, delivery: (worst ?? 'none') as 'none' };
      });
    },

    alertFacts(watched) {
      const events = selectEvents.all();
      return {
        open: selectOpen.all({ since: '', host: ', ', limit: -1 }).map(alertOf),
        hosts: watched.map(factsOf),
        ends: events.flatMap(({ time, details }) => {
          const { hosts } = JSON.parse(details ?? '{}') as { hosts?: string };
          return hosts === undefined ? [] : [{ hosts, time }];
        }),
        returns: events.flatMap(({ code, host, time, details }) => {
          if (code !== 'IMAGE_RETURNED' || host === null) return [];
          const { callingAet = '' } = JSON.parse(details ?? '{}') as { callingAet?: string };
          return [{ host, callingAet, time }];
        }),
        endsMark: events.at(-1)?.id ?? selectEndsMark.get() ?? 0,
      };
    },
  };
}

/** The alert a row holds. */
export function alertOf(row: AlertTable): Alert {
  return withoutNull({
    id: row.id,
    condition: row.condition,
    host: row.host,
    callingAet: row.calling_ae_title,
    text: row.text,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    lastAt: row.last_at,
    count: row.count,
    note: row.note,
  }) as unknown as Alert;
}

// A process may pass an alert on, so the whole session counts; what was sent again and arrived has not failed.
const delivery = `
  WITH requests AS (SELECT id, status, target_config_name AS target FROM messages
    WHERE session_id = ? AND type = 'Request')
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM requests one WHERE status = 'Error' AND NOT EXISTS
      (SELECT 1 FROM requests later WHERE later.id > one.id AND later.target = one.target
        AND later.status = 'Completed')) THEN 'failed'
    WHEN EXISTS (SELECT 1 FROM requests
      WHERE status IN ('Created', 'Queued', 'Delivered', 'Deferred', 'Suspended')) THEN 'waiting'
    ELSE 'delivered' END`;
