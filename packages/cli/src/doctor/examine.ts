import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadProduction, type HostState, type ProductionState } from '@consort/core';
import { inspectMessages, openMessageReader, type MessagesInspection } from '@consort/store';
import { isLocked } from '../data-directory.ts';
import { componentLoader } from '../load-component.ts';
import type { Location } from '../location.ts';
import { examineBackup } from './examine-backup.ts';
import { examineCertificates } from './examine-certificates.ts';
import { examineClock } from './examine-clock.ts';
import { examineDisk } from './examine-disk.ts';
import { examineDocuments } from './examine-documents.ts';
import { examinePorts } from './examine-ports.ts';
import { examineRecord } from './examine-record.ts';
import { examineRedis } from './examine-redis.ts';
import { fine, notExamined, type Finding, type Patient } from './finding.ts';

/** How to look. */
export interface ExaminationOptions {
  /** Default: REDIS_URL, as for a start. */
  readonly redisUrl?: string;
  /** Reads every document and compares its digest. */
  readonly deep?: true;
}

/** Looks at everything a production stands on, whether it runs, hangs or is down. What cannot be looked at is a finding. */
export async function examine(
  location: Location,
  options: ExaminationOptions,
): Promise<readonly Finding[]> {
  const now = new Date();
  const { production, findings: ofFile } = await readProductionFile(location);
  const hasRecord = existsSync(join(location.dataDirectory, 'messages.db'));
  const { state, hosts } = hasRecord ? await readState(location) : { hosts: [] };
  const redisUrl = options.redisUrl ?? process.env['REDIS_URL'];
  const patient: Patient = {
    location,
    now,
    runs: isLocked(location.dataDirectory),
    isDeep: options.deep === true,
    details: new Map(hosts.map(({ name, detail = '' }) => [name, detail])),
    ...(production ? { production } : {}),
    ...(state ? { state } : {}),
    ...(redisUrl ? { redisUrl } : {}),
  };
  const { record, findings: ofRecord } = hasRecord
    ? await readMessages(location, now)
    : { record: undefined, findings: [fine('record', 'nothing has run here yet')] };
  return [
    ...ofFile,
    ...(await examined('redis', () => examineRedis(patient))),
    ...(await examined('ports', () => examinePorts(patient))),
    ...(await examined('certificates', () => examineCertificates(patient))),
    ...(await examined('disk', () => examineDisk(patient, record))),
    ...examineClock(now, record),
    ...ofRecord,
    ...(hasRecord ? await examined('documents', () => examineDocuments(patient)) : []),
    ...(hasRecord ? await examined('backup', () => examineBackup(patient)) : []),
  ];
}

async function readProductionFile(
  location: Location,
): Promise<Pick<Patient, 'production'> & { readonly findings: readonly Finding[] }> {
  const { productionFile } = location;
  try {
    const { production, findings } = await loadProduction(productionFile, componentLoader);
    if (production) {
      return {
        production,
        findings: [fine('production file', `${productionFile} has no mistakes`)],
      };
    }
    const mistakes = findings.filter(({ severity }) => severity === 'error').length;
    return {
      findings: [
        {
          check: 'production file',
          severity: 'problem',
          text: `${productionFile} has ${mistakes} ${mistakes === 1 ? 'mistake' : 'mistakes'}`,
          meaning: 'it cannot be started; its ports and directories were not looked at',
          remedy: 'production check lists them, each with its place',
        },
      ],
    };
  } catch (error) {
    return {
      findings: [
        {
          check: 'production file',
          severity: 'warning',
          text: error instanceof Error ? error.message : String(error),
          meaning: 'its ports and directories were not looked at',
          remedy: 'go to its folder, or name it with -p',
        },
      ],
    };
  }
}

async function readState(
  location: Location,
): Promise<{ readonly state?: ProductionState; readonly hosts: readonly HostState[] }> {
  try {
    const reader = await openMessageReader(location.dataDirectory);
    try {
      const state = await reader.production();
      return { ...(state ? { state } : {}), hosts: await reader.hosts() };
    } finally {
      await reader.close();
    }
  } catch {
    return { hosts: [] }; // The record says itself, when it is looked at, why it cannot be read.
  }
}

async function readMessages(
  location: Location,
  now: Date,
): Promise<{
  readonly record: MessagesInspection | undefined;
  readonly findings: readonly Finding[];
}> {
  try {
    const record = await inspectMessages(location.dataDirectory, now);
    return { record, findings: examineRecord(record) };
  } catch (error) {
    return { record: undefined, findings: [notExamined('record', error)] };
  }
}

async function examined(
  check: Finding['check'],
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [notExamined(check, error)];
  }
}
