import type { AuditFilter, Document, RecordedAuditEntry } from '@consort/core';
import type { Command } from 'commander';
import { auditMessage } from '../audit/audit-message.ts';
import { seenOf } from '../audit/seen-of.ts';
import type { Output } from '../json/outputs.ts';
import type { GlobalOptions } from '../location.ts';
import { readRecord } from '../record.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { screen } from '../terminal/screen.ts';
import { drawTable } from '../terminal/table.ts';
import { formatExactTime } from '../terminal/time.ts';
import { wholeNumber } from './number.ts';
import { pointInTime } from './point-in-time.ts';

interface AuditOptions extends GlobalOptions {
  readonly user?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly json?: true;
  readonly dicom?: true;
  readonly patients: boolean;
}

/** Adds `production audit`. */
export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('list who saw and did what on the page, newest last')
    .option('--user <name>', 'of this user')
    .option('--since <when>', 'a time (2026-08-25T14:00), or how long ago (10m, 2h, 1d)')
    .option('--until <when>', 'before a time, or how long ago')
    .option('--limit <count>', 'at most so many, the newest', wholeNumber, 50)
    .option('--json', 'print JSON')
    .option('--dicom', 'print audit messages of DICOM (PS3.15 section A.5), an XML document each')
    .option(
      '--no-patients',
      'with --dicom: name no study and no patient, for whoever may not see them',
    )
    .action(async (_options: object, command: Command) => {
      await audit(command.optsWithGlobals());
    });
}

async function audit(options: AuditOptions): Promise<void> {
  const filter = filterOf(options, new Date());
  const { entries, seen, source } = await readRecord(options, async (reader) => {
    const production = await reader.production();
    const found = (await reader.auditTrail(filter)).toReversed();
    const documents: (readonly Document[])[] = [];
    // One after the other: there may be thousands.
    if (options.dicom && options.patients) {
      for (const entry of found) documents.push(await seenOf(entry, reader));
    }
    return {
      entries: found,
      seen: documents,
      source: production ? `${production.name} ${production.id}` : 'Consort',
    };
  });
  if (options.json) printJson({ entries } satisfies Output<'audit'>);
  else if (options.dicom)
    for (const [at, entry] of entries.entries()) print(auditMessage(entry, source, seen[at]));
  else if (entries.length === 0) note('nobody has seen or done anything on the page');
  else print(drawTable(columns, entries, screen().width));
}

const columns = [
  { head: 'Time', cell: ({ time }: RecordedAuditEntry) => formatExactTime(time) },
  { head: 'User', cell: ({ user }: RecordedAuditEntry) => user },
  { head: 'From', cell: ({ from }: RecordedAuditEntry) => from },
  { head: 'Action', cell: ({ action }: RecordedAuditEntry) => action },
  { head: 'What', cell: ({ what }: RecordedAuditEntry) => what, shrink: 'text' as const },
  { head: 'Result', cell: ({ result }: RecordedAuditEntry) => result },
];

function filterOf({ user, since, until, limit }: AuditOptions, now: Date): AuditFilter {
  return {
    ...(user ? { user } : {}),
    ...(since ? { since: pointInTime('--since', since, now) } : {}),
    ...(until ? { until: pointInTime('--until', until, now) } : {}),
    limit,
  };
}
