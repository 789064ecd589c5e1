import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import type { RecordedAuditEntry } from '@consort/core';
import type { Calls } from './calls.ts';
import { rowsOf } from './query-builder.ts';

/** Reads the audit trail. */
export function auditReadings(database: Database): Pick<Calls, 'auditTrail'> {
  return {
    auditTrail({ user, since, until, before, limit = 50 } = {}) {
      const conditions = [
        ...(user === undefined ? [] : [sql`user = ${user}`]),
        ...(since === undefined
          ? []
          : [
              sql`+time >= ${since}`,
              sql`id >= (SELECT min(id) FROM audit WHERE time >= ${since})`,
            ]),
        ...(until === undefined ? [] : [sql`+time < ${until}`]),
        ...(before === undefined ? [] : [sql`id < ${before}`]),
      ];
      const where = conditions.length > 0 ? sql`WHERE ${sql.join(conditions, sql` AND `)}` : sql``;
      return rowsOf(
        database,
        sql<RecordedAuditEntry>`SELECT id, time, user, address AS "from", action, what, result
          FROM audit ${where} ORDER BY id DESC LIMIT ${limit}`,
      );
    },
  };
}

/** Writes it. */
export function audits(database: Database): Pick<Calls, 'audit'> {
  const insert = database.prepare(
    `INSERT INTO audit (time, user, address, action, what, result) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  return {
    audit({ user, from, action, what, result }) {
      insert.run(new Date().toISOString(), user, from, action, what, result);
    },
  };
}
