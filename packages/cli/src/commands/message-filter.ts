import { messageStatuses, type MessageFilter, type MessageStatus } from '@consort/core';
import { Option, type Command } from 'commander';
import { wholeNumber } from './number.ts';
import { pointInTime } from './point-in-time.ts';

/** The options that say which messages a verb is about; all that are given must hold. */
export interface FilterOptions {
  readonly host?: string;
  readonly status?: MessageStatus;
  readonly session?: number;
  readonly aet?: string;
  readonly patient?: string;
  readonly accession?: string;
  readonly study?: string;
  readonly sop?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Gives a verb the options of a filter. */
export function addMessageFilters(command: Command): Command {
  return command
    .option('--host <name>', 'from or to this host')
    .addOption(new Option('--status <status>', 'with this status').choices(messageStatuses))
    .option('--session <number>', 'of this session', wholeNumber)
    .option('--aet <title>', 'brought by this calling AE title')
    .option('--patient <id>', 'of images with this patient ID')
    .option('--accession <number>', 'of images with this accession number')
    .option('--study <uid>', 'of images with this study instance UID')
    .option('--sop <uid>', 'of images with this SOP instance UID')
    .option(
      '--since <when>',
      'made at or after a time (2026-08-25T14:00), or how long ago (10m, 2h)',
    )
    .option('--until <when>', 'made before a time, or how long ago');
}

/** What the options ask of the record. @throws EngineError USAGE for a time that is none */
export function filterOf(options: FilterOptions): MessageFilter {
  const { host, status, session, aet, patient, accession, study, sop, since, until } = options;
  const now = new Date();
  return {
    ...(host ? { host } : {}),
    ...(status ? { status } : {}),
    ...(session ? { sessionId: session } : {}),
    ...(aet ? { callingAeTitle: aet } : {}),
    ...(patient ? { patientId: patient } : {}),
    ...(accession ? { accessionNumber: accession } : {}),
    ...(study ? { studyInstanceUid: study } : {}),
    ...(sop ? { sopInstanceUid: sop } : {}),
    ...(since ? { since: pointInTime('--since', since, now) } : {}),
    ...(until ? { until: pointInTime('--until', until, now) } : {}),
  };
}
