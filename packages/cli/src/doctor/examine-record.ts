import type { MessagesInspection } from '@consort/store';
import { fine, type Finding } from './finding.ts';

/** Bytes; it is cut back to 64 MB by itself. */
const largeLog = 256 * 1024 * 1024;

/** Says whether the database of the messages is in order. */
export function examineRecord(record: MessagesInspection): readonly Finding[] {
  const { damage, messages, size, logSize } = record;
  const log = `${Math.round(logSize / 1e6)} MB`;
  const sizes = `${messages} messages, ${Math.round(size / 1e6)} MB, and ${log} of write-ahead log`;
  return [
    damage.length === 0
      ? fine('record', `SQLite finds nothing wrong: ${sizes}`)
      : {
          check: 'record',
          severity: 'problem',
          text: `SQLite finds the database damaged: ${damage.slice(0, 3).join('; ')}`,
          meaning: 'messages may be lost or unreadable; it does not get better by itself',
          remedy:
            'stop the production, keep a copy of the data directory, check the disk, restore a backup; what came since must be sent again',
        },
    ...(logSize <= largeLog
      ? []
      : [
          {
            check: 'record',
            severity: 'warning',
            text: `the write-ahead log has ${log}`,
            meaning:
              'it is not written back: somebody reads the database for very long, or the disk is too slow; reading gets slower',
            remedy:
              'end programs that have messages.db open; a restart of the production writes it back',
          } as const,
        ]),
  ];
}
