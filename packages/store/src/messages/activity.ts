import type { Database } from 'better-sqlite3';
import type { ActivityStep, Traffic } from '@consort/core';
import type { Calls } from './calls.ts';

/** What hosts have done lately; a trigger of the record counts it as messages end. */
export function activity(database: Database): Pick<Calls, 'activity' | 'traffic'> {
  const selectSteps = database.prepare<[Record<string, unknown>], ActivityStep>(
    // Numbers come in as REAL.
    `SELECT CAST((unixepoch(bucket || '0') - unixepoch(:since)) / :seconds AS INTEGER) AS step, host,
        sum(ended) AS ended, sum(failed) AS failed, sum(wait) AS wait, sum(run) AS run,
        max(longest) AS longest
      FROM activity WHERE bucket >= substr(:since, 1, 18) GROUP BY step, host ORDER BY step, host`,
  );
  const selectTraffic = database.prepare<[string], Traffic>(
    `SELECT source, host AS target, sum(ended) AS ended FROM activity
      WHERE bucket >= substr(?, 1, 18) GROUP BY source, host`,
  );
  return {
    activity: (since, seconds) => selectSteps.all({ since, seconds }),
    traffic: (since) => selectTraffic.all(since),
  };
}
