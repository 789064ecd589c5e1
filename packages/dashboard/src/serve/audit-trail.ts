import type { AuditEntry } from '@consort/core';
import { createHash } from 'node:crypto';
import type { RunningEngine } from '../engine.ts';
import { networkOf } from '../users/attempts.ts';

/** Writes the audit trail, so that nobody who has not logged in can make it grow as he likes. */
export interface AuditTrail {
  /** Notes what a known user did or was refused. @throws EngineError when it cannot be noted */
  note(entry: AuditEntry): Promise<void>;
  /**
   * Notes what would be noted over and over while a page stays open: once within the time.
   * @param view what is the same while it does; default: the entry
   */
  noteOnce(entry: AuditEntry, view?: unknown): Promise<void>;
  /**
   * Notes a refused login, whose `user` is a user that exists or `nobody`: the first of each user and code from a network
   * within the time.
   */
  noteRefusedLogin(entry: AuditEntry): Promise<void>;
}

/** Milliseconds within which the same is noted once. */
const window = 300_000;
/** What is remembered of each; a refused login beyond is not noted until some are forgotten. */
const most = 1_000;

/** @param engine absent where a record is only read: nothing is noted
 * @param now milliseconds
 */
export function auditTrail(
  engine: Pick<RunningEngine, 'record'> | undefined,
  now: () => number = Date.now,
): AuditTrail {
  const refused = new Map<string, number>();
  const seen = new Map<string, number>();
  const note = async (entry: AuditEntry) => {
    await engine?.record.audit(entry);
  };
  return {
    note,
    async noteOnce(entry, view = entry) {
      // Of what was asked for nothing is kept that could be read.
      const key = createHash('sha256').update(JSON.stringify(view)).digest('base64');
      forget(seen, now() - window);
      if (seen.has(key)) return;
      await note(entry);
      const oldest = seen.keys().next().value;
      if (seen.size >= most && oldest !== undefined) seen.delete(oldest);
      seen.set(key, now());
    },
    async noteRefusedLogin(entry) {
      const key = JSON.stringify([networkOf(entry.from), entry.user, entry.result]);
      forget(refused, now() - window);
      if (refused.has(key) || refused.size >= most) return;
      refused.set(key, now());
      await note(entry);
    },
  };
}

/** They stand in the order of their times. */
function forget(times: Map<string, number>, before: number): void {
  for (const [key, time] of times) {
    if (time >= before) return;
    times.delete(key);
  }
}
