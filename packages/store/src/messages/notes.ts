import type { Database } from 'better-sqlite3';
import type { Calls } from './calls.ts';

/** What the runtime notes for whoever looks: events, hosts, the production. */
export function notes(
  database: Database,
): Pick<
  Calls,
  'log' | 'setHost' | 'removeHostsExcept' | 'disableHost' | 'enableHost' | 'setProduction'
> {
  const insertEvent = database.prepare(
    `INSERT INTO events (time, type, code, text, host, session_id, message_id, details)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const putHost = database.prepare(
    `INSERT INTO hosts (name, type, component, pool_size, status, detail) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET type = excluded.type, component = excluded.component,
        pool_size = excluded.pool_size, status = excluded.status, detail = excluded.detail`,
  );
  const removeHosts = database.prepare(
    `DELETE FROM hosts WHERE name NOT IN (SELECT value FROM json_each(?))`,
  );
  const disable = database.prepare(
    `INSERT INTO disabled_hosts (name, since, disabled_by, reason) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING`,
  );
  const enable = database.prepare(`DELETE FROM disabled_hosts WHERE name = ?`);
  const changeProduction = database.prepare(
    `UPDATE production SET name = coalesce(?, name), status = coalesce(?, status),
      file = coalesce(?, file), pid = coalesce(?, pid), started_at = coalesce(?, started_at),
      heartbeat_at = coalesce(?, heartbeat_at), recoveries = coalesce(?, recoveries),
      redis = coalesce(?, redis), endpoints = coalesce(?, endpoints)`,
  );

  return {
    log(event) {
      insertEvent.run(
        new Date().toISOString(),
        event.type,
        event.code,
        event.text,
        event.host ?? null,
        event.sessionId ?? null,
        event.messageId ?? null,
        event.details ? JSON.stringify(event.details) : null,
      );
    },
    setHost({ name, type, component, poolSize, status, detail }) {
      putHost.run(name, type, component, poolSize, status, detail ?? null);
    },
    removeHostsExcept(names) {
      removeHosts.run(JSON.stringify(names));
    },
    disableHost({ name, since, by, reason }) {
      disable.run(name, since, by, reason ?? null);
    },
    enableHost: (name) => enable.run(name).changes > 0,
    setProduction(change) {
      changeProduction.run(
        change.name ?? null,
        change.status ?? null,
        change.file ?? null,
        change.pid ?? null,
        change.startedAt ?? null,
        change.heartbeatAt ?? null,
        change.recoveries ?? null,
        change.redis ? JSON.stringify(change.redis) : null,
        change.endpoints ? JSON.stringify(change.endpoints) : null,
      );
    },
  };
}
