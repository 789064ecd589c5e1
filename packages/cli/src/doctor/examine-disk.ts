import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { settingsThatAre } from '@consort/core';
import type { MessagesInspection } from '@consort/store';
import { fine, type Finding, type Patient } from './finding.ts';

/** Days that are left, below which it is a warning, and a problem. */
const fewDays = { warning: 3, problem: 1 };
/** What a production file without `retention` says. */
const usual = { minFreeSpace: 0.1, refuseBelow: 0.05 };

interface Disk {
  /** A path on it that is used. */
  readonly path: string;
  readonly holdsData: boolean;
  readonly size: number;
  readonly free: number;
  /** Bytes that were written to it in the last day. */
  readonly perDay: number;
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
    const there = existing(path);
    const { dev } = await stat(there);
    const known = disks.get(dev);
    const { bsize, blocks, bavail } = await statfs(there);
    disks.set(dev, {
      path: known?.path ?? path,
      holdsData: known?.holdsData ?? holdsData,
      size: bsize * blocks,
      free: bsize * bavail,
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

function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

function findingOf(
  { path, holdsData, size, free, perDay }: Disk,
  { minFreeSpace, refuseBelow }: typeof usual,
): Finding {
  const part = size === 0 ? 0 : free / size;
  const days = perDay === 0 ? Infinity : free / perDay;
  const rate =
    perDay === 0
      ? 'nothing was written in the last day'
      : `${daysInWords(days)} left at the rate of the last day (${bytesInWords(perDay)} a day), without what a purge frees`;
  const text = `${path}: ${bytesInWords(free)} of ${bytesInWords(size)} free (${percent(part)}); ${rate}`;
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

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}

function daysInWords(days: number): string {
  if (days < 1) return `${Math.floor(days * 24)} hours`;
  const whole = Math.floor(days);
  if (whole > 3_650) return 'more than 10 years';
  return whole === 1 ? '1 day' : `${whole} days`;
}

function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
