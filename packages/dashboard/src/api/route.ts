import type { Role } from '@consort/core';
import type { z } from 'zod';

export type { Role };

/**
 * What an answer has of patient data.
 *
 * - none: nothing
 * - hidden: its fields are left out for whoever is no phi-reader
 * - all: it is nothing else, so that only a phi-reader gets it
 */
export type PatientData = 'none' | 'hidden' | 'all';

/** An object of named values: the parameters of a path, a query. */
export type Fields = z.ZodObject;

/** One route of the API. Its method and path are in `paths.ts`. */
export interface Route {
  /** One sentence for whoever reads the documentation. */
  readonly summary: string;
  /** Who may; `anyone` needs no login. */
  readonly role: Role | 'anyone';
  readonly patientData: PatientData;
  readonly params?: Fields;
  readonly query?: Fields;
  /** JSON; or the media type of bytes that are streamed in. */
  readonly body?: z.ZodType | string;
  /** JSON; or the media types of what is streamed out. */
  readonly answer: z.ZodType | readonly string[];
  /**
   * Whether what was asked and what came of it is in the audit trail; `body`: only that a body was shown, `list`: only that
   * a list was shown to whoever may see patient data, each once in five minutes, since a page that stays open asks again.
   */
  readonly isAudited?: true | 'body' | 'list';
}

/** Declares a route; keeps the types of its schemas. */
export function route<const Declared extends Route>(declared: Declared): Declared {
  return declared;
}
