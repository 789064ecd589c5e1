import { settingsThatAre } from '@consort/core';
import type { MessagesInspection } from '@consort/store';
import { diskOf, percent, spaceInWords, type Space } from '../disk-space.ts';
import { fine, type Finding, type Patient } from './finding.ts';

/** Days that are left, below which it is a warning, and a problem. */
const fewDays = { warning: 3, problem: 1 };
/** What a production file without `retention` says. */
const usual = { minFreeSpace: 0.1, refuseBelow: 0.05 };

interface Disk extends Space {
  /** A path on it that is used. */
  readonly path: string;
  readonly holdsData: boolean;
}

/** Looks at the disks of the data directory and of every directory in the settings: space, and for how long. */
export async function examineDisk(
  patient: Patient,
  record: MessagesInspection | undefined,
): Promise<readonly Finding[]> {
  const disks = await disksOf(patient, record);
  return disks.map((disk) => findingOf(disk, patient.production?.retention ?? usual));
}

async function disksOf(
  { location, production }: Patient,
  record: MessagesInspection | undefined,
): Promise<readonly Disk[]> {
  const places = [
    { path: location.dataDirectory, perDay: dataPerDay(record), holdsData: true },
    ...(production?.hosts ?? []).flatMap(({ name, component, settings }) =>
      settingsThatAre('path', component.settings)
        .map((setting) => settings[setting])
        .filter((path) => typeof path === 'string')
        .map((path) => ({
          path,
          perDay: record?.lastDay.fileBytes[name] ?? 0,
          holdsData: false,
        })),
    ),
  ];
  const disks = new Map<number, Disk>();
  for (const { path, perDay, holdsData } of places) {
    const { dev, size, free } = await diskOf(path);
    const known = disks.get(dev);
    disks.set(dev, {
      path: known?.path ?? path,
      holdsData: known?.holdsData ?? holdsData,
      size,
      free,
      perDay: (known?.perDay ?? 0) + perDay,
    });
  }
  return [...disks.values()];
}

/** The documents of the last day, and the share of the database that its messages have. */
function dataPerDay(record: MessagesInspection | undefined): number {
  if (!record || record.messages === 0) return 0;
  const { lastDay, size, messages } = record;
  return lastDay.documentBytes + (size / messages) * lastDay.messages;
}

function findingOf(
  { path, holdsData, size, free, perDay }: Disk,
  { minFreeSpace, refuseBelow }: typeof usual,
): Finding {
  const part = size === 0 ? 0 : free / size;
  const days = perDay === 0 ? Infinity : free / perDay;
  const text = `${path}: ${spaceInWords({ size, free, perDay })}`;
  const isProblem = part < refuseBelow || days < fewDays.problem;
  if (!isProblem && part >= minFreeSpace && days >= fewDays.warning) return fine('disk', text);
  return {
    check: 'disk',
    severity: isProblem ? 'problem' : 'warning',
    text,
    meaning: meaningOf(part, holdsData, minFreeSpace, refuseBelow),
    remedy:
      'make room or add a disk; production purge removes what is finished, retention in the production file does it by itself',
  };
}

function meaningOf(
  part: number,
  holdsData: boolean,
  minFreeSpace: number,
  refuseBelow: number,
): string {
  if (!holdsData) return 'an operation that writes there fails and tries again once it is full';
  if (part < refuseBelow) return `below ${percent(refuseBelow)} senders are refused with A700`;
  if (part < minFreeSpace)
    return `below ${percent(minFreeSpace)} completed sessions are purged early, below ${percent(refuseBelow)} senders are refused`;
  return `below ${percent(refuseBelow)} senders are refused with A700`;
}
