import type { Production, ProductionState } from '@consort/core';
import type { Location } from '../location.ts';

/** What is looked at. */
export const checks = [
  'production file',
  'redis',
  'ports',
  'certificates',
  'disk',
  'clock',
  'record',
  'documents',
  'backup',
] as const;

/** One thing that was looked at, and how it stands. */
export interface Finding {
  readonly check: (typeof checks)[number];
  /** A problem is wrong now; a warning will be, or may be. */
  readonly severity: 'fine' | 'warning' | 'problem';
  /** What was found. */
  readonly text: string;
  /** What it means, where it is not fine. */
  readonly meaning?: string;
  /** What to do, where it is not fine. */
  readonly remedy?: string;
  /** The files it is about, at most 100. */
  readonly paths?: readonly string[];
}

/** What is known of the production before anything is looked at. */
export interface Patient {
  readonly location: Location;
  readonly now: Date;
  /** Whether a process holds the data directory. */
  readonly runs: boolean;
  /** Absent when its file cannot be read, or has mistakes. */
  readonly production?: Production;
  /** Absent when nothing has run yet, or the record cannot be read. */
  readonly state?: ProductionState;
  /** What each host says of itself, by name: what it listens on, for example. */
  readonly details: ReadonlyMap<string, string>;
  readonly redisUrl?: string;
  /** Whether every document is to be read. */
  readonly isDeep: boolean;
}

/** A finding that is in order. */
export function fine(check: Finding['check'], text: string): Finding {
  return { check, severity: 'fine', text };
}

/** The finding that something could not be looked at, with the reason of its error. */
export function notExamined(check: Finding['check'], error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    check,
    severity: 'problem',
    text: reason,
    meaning: 'this could not be looked at',
    remedy: 'mend what it names, and run production doctor again',
  };
}
