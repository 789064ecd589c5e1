import { componentFindings } from './components.ts';
import type { FindingEntry } from './entry.ts';
import { groundFindings } from './ground.ts';
import { keyFindings } from './keys.ts';
import { readingFindings } from './reading.ts';
import { waitingFindings } from './waiting.ts';
import { wiringFindings } from './wiring.ts';

const catalogue = {
  ...readingFindings,
  ...keyFindings,
  ...componentFindings,
  ...wiringFindings,
  ...waitingFindings,
  ...groundFindings,
};

export type FindingCode = keyof typeof catalogue;

/**
 * Every kind of finding of `production check`, by code. `docs/check.md` is made from it. A code, once published, is
 * never given another meaning; one that is an error's too means the same there.
 */
export const findingCodes: Readonly<Record<FindingCode, FindingEntry>> = catalogue;
