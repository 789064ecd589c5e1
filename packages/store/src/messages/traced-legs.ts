import type { Database } from 'better-sqlite3';
import type { EndStatus, TracedLeg } from '@consort/core';
import { endStatuses } from '@consort/core/record';
import type { Calls } from './calls.ts';
import { withoutNull } from './message-row.ts';

/** The legs that have ended since they were last asked for. */
export function tracedLegs(database: Database): Pick<Calls, 'tracedLegs'> {
  const selectLast = database.prepare<[], number | null>(`SELECT max(id) FROM messages`).pluck();
  const selectNew = database.prepare<[number, number], TracedRow>(
    `SELECT ${columns} FROM messages AS leg WHERE leg.id > ? ORDER BY leg.id LIMIT ?`,
  );
  const selectOpen = database.prepare<[string], TracedRow>(
    `SELECT wanted.value AS wanted, ${columns}
      FROM json_each(?) AS wanted LEFT JOIN messages AS leg ON leg.id = wanted.value
      WHERE leg.id IS NULL OR leg.status IN (${endStatuses.map((status) => `'${status}'`).join(', ')})`,
  );

  return {
    tracedLegs({ after, limit, open }) {
      const fresh = after === undefined ? [] : selectNew.all(after, limit);
      const found = open.length === 0 ? [] : selectOpen.all(JSON.stringify(open));
      const known = found.filter(({ id }) => id !== null);
      return {
        ended: [...known, ...fresh.filter(hasEnded)].map(tracedLeg),
        open: fresh.filter((row) => !hasEnded(row)).map(({ id }) => id!),
        gone: found.flatMap(({ id, wanted }) => (id === null && wanted ? [wanted] : [])),
        last: after === undefined ? (selectLast.get() ?? 0) : (fresh.at(-1)?.id ?? after),
      };
    },
  };
}

const columns = `leg.id, leg.session_id AS sessionId, leg.type, leg.status,
  leg.source_config_name AS sourceConfigName, leg.target_config_name AS targetConfigName,
  leg.source_business_type AS sourceBusinessType, leg.target_business_type AS targetBusinessType,
  leg.body_type AS messageBodyClassName, leg.time_created AS timeCreated,
  leg.time_queued AS timeQueued, leg.time_delivered AS timeDelivered,
  leg.time_processed AS timeProcessed, leg.attempts, leg.is_error AS isError,
  leg.error_code AS errorCode,
  coalesce(leg.parent_id, iif(leg.type = 'Response', leg.corresponding_message_id, NULL)) AS parentId`;

interface TracedRow {
  readonly wanted?: number;
  readonly id: number | null;
  readonly status: string;
  readonly isError: number;
}

function hasEnded({ status }: TracedRow): boolean {
  return endStatuses.includes(status as EndStatus);
}

function tracedLeg({ wanted: _, isError, ...row }: TracedRow): TracedLeg {
  return withoutNull({ ...row, isError: isError === 1 }) as unknown as TracedLeg;
}
