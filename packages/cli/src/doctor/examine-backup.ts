import { formatDuration } from '@consort/core';
import { lastBackup } from '@consort/store';
import { fine, type Finding, type Patient } from './finding.ts';

/** Milliseconds: a nightly backup that was missed once is older. */
const oldAge = 36 * 3_600_000;

/** Says how old the last backup is, where backups are made at all. */
export async function examineBackup({ location, now }: Patient): Promise<readonly Finding[]> {
  const last = await lastBackup(location.dataDirectory);
  if (!last) return [fine('backup', 'none has been made yet: production backup DIRECTORY')];
  const age = now.getTime() - Date.parse(last.time);
  const text = `the last one is ${formatDuration(age)} old, in ${last.directory}`;
  if (last.lacking > 0) {
    return [
      {
        check: 'backup',
        severity: 'warning',
        text: `${text}, without ${last.lacking} documents that could not be read`,
        meaning: 'after a restore the messages that name them fail with DOCUMENT_MISSING',
        remedy: 'production doctor --deep says which; have these images sent again',
      },
    ];
  }
  if (age <= oldAge) return [fine('backup', text)];
  return [
    {
      check: 'backup',
      severity: 'warning',
      text,
      meaning: 'what has come since would have to be sent again after the loss of this disk',
      remedy: 'see why it was not made anew: the log of its timer, the space of its disk',
    },
  ];
}
