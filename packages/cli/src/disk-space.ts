import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A disk, how much of it is free, and how fast it fills. */
export interface Space {
  /** Bytes. */
  readonly size: number;
  readonly free: number;
  /** Bytes that were written to it in the last day. */
  readonly perDay: number;
}

/** The disk a path is on, or would be on: its number, its size and what is free of it, in bytes. */
export async function diskOf(
  path: string,
): Promise<{ readonly dev: number; readonly size: number; readonly free: number }> {
  const there = existing(path);
  const [{ dev }, { bsize, blocks, bavail }] = await Promise.all([stat(there), statfs(there)]);
  return { dev, size: bsize * blocks, free: bsize * bavail };
}

/** What is free, and how long that lasts. */
export function spaceInWords({ size, free, perDay }: Space): string {
  const rate =
    perDay === 0
      ? 'nothing was written in the last day'
      : `${daysInWords(free / perDay)} left at the rate of the last day (${bytesInWords(perDay)} a day), without what a purge frees`;
  return `${bytesInWords(free)} of ${bytesInWords(size)} free (${percent(size === 0 ? 0 : free / size)}); ${rate}`;
}

/** `30.2 %`. */
export function percent(part: number): string {
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

function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}
