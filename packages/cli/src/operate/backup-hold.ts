import { join } from 'node:path';
import type { Event } from '@consort/core';
import { documentsHolder } from '@consort/store/running';

/** Milliseconds. A backup that takes longer may have lost its disk, and what it holds is missed by then. */
export const longHold = 6 * 3_600_000;

/** Why documents that nothing refers to any more are still on the disk; undefined while no backup is under way. */
export function heldByBackup(dataDirectory: string): string | undefined {
  const holder = documentsHolder(join(dataDirectory, 'documents'));
  if (!holder) return undefined;
  const { pid, target, since } = holder;
  const which = pid === undefined ? '' : ` to ${target} (process ${pid}, since ${since})`;
  return (
    `a backup${which} is under way: documents of purged sessions that it does not have yet stay on the disk until it ends; ` +
    'if its disk does not answer any more, end that process'
  );
}

/**
 * Makes the function that writes a Warning when a backup has kept documents from being removed for so many
 * milliseconds; once for each backup.
 */
export function backupHoldWarning(
  dataDirectory: string,
  log: (event: Event) => void,
): (least: number) => void {
  let said: string | undefined;
  return (least) => {
    const { since } = documentsHolder(join(dataDirectory, 'documents')) ?? {};
    if (since === undefined || since === said || Date.now() - Date.parse(since) < least) return;
    const text = heldByBackup(dataDirectory);
    if (text === undefined) return;
    said = since;
    log({ type: 'Warning', code: 'BACKUP_HOLDS', text });
  };
}
