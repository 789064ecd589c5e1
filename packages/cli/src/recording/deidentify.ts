import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { EngineError } from '@consort/core';
import { isLargeValue, type DataValue, type DataValues } from '@consort/dicom';
import { harmlessElements } from './harmless-elements.ts';

/** Makes images of nobody out of images, all of them by the same secret: what belonged together still does. */
export interface Deidentifier {
  /** The elements that stay, and those that stand in for the patient's; no pixel data. */
  elements(values: DataValues): DataValues;
  /** Another UID for one; the same for the same. */
  uid(original: string): string;
}

/** Begins with a new secret, which nobody can ask for: nothing leads back from what it makes. */
export function deidentifier(): Deidentifier {
  const secret = randomBytes(32);
  const days = -randomInt(1_000, 4_000);
  const standIns = new Map<string, string>();
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest('hex');
  // PS3.5 section B.2: 2.25 and 128 bits.
  const uid = (original: string) => `2.25.${BigInt(`0x${digest(original).slice(0, 32)}`)}`;

  /** `PATIENT1`, `PATIENT2`: which of them, by the order in which they come. */
  function standIn(kind: string, original: DataValue | undefined): string {
    const key = digest(`${kind} ${typeof original === 'string' ? original : ''}`);
    const count = [...standIns.values()].filter((one) => one.startsWith(kind)).length;
    const name = standIns.get(key) ?? `${kind}${count + 1}`;
    standIns.set(key, name);
    return name;
  }

  function kept(keyword: string, value: DataValue): DataValue | undefined {
    const rule = harmlessElements[keyword];
    if (rule === undefined || value === null) return undefined;
    if (rule === 'uid') return typeof value === 'string' ? uid(value) : undefined;
    if (rule === 'date') return typeof value === 'string' ? movedDate(value, days) : undefined;
    if (rule === 'keep') return isHarmless(value) ? value : undefined;
    const words = (Array.isArray(value) ? value : [value]) as readonly DataValue[];
    const known = words.filter((word) => typeof word === 'string' && rule.includes(word));
    return known.length === 0 ? undefined : (known as readonly string[]);
  }

  return {
    uid,
    elements(values) {
      const harmless = Object.entries(values).flatMap(([keyword, value]) => {
        const stays = value === undefined ? undefined : kept(keyword, value);
        return stays === undefined ? [] : [[keyword, stays] as const];
      });
      const patient = standIn('PATIENT', values['PatientID']);
      return {
        ...Object.fromEntries(harmless),
        // Actions Z and D of table E.1-1: what an image has to have is there.
        PatientName: patient,
        PatientID: patient,
        PatientBirthDate: null,
        PatientSex: null,
        AccessionNumber: standIn('ACCESSION', values['AccessionNumber']),
        StudyID: null,
        ReferringPhysicianName: null,
        StudyTime: null,
        ...constants,
      };
    },
  };
}

/**
 * Makes sure, once more and another way, that every text of an image that was made is one of ours: a word or a UID of the
 * standard, a new UID, a moved date, a stand-in.
 * @throws EngineError RECORDING_UNSAFE, without the value
 */
export function assertHarmless(made: DataValues): void {
  for (const [keyword, value] of Object.entries(made)) {
    if (textsOf(value).every((text) => isOurs(keyword, text))) continue;
    throw new EngineError(
      'RECORDING_UNSAFE',
      `nothing was recorded: ${keyword} would have held a text of the image; this is a fault of ours, tell us of it`,
    );
  }
}

const constants: Readonly<Record<string, string>> = {
  PatientIdentityRemoved: 'YES',
  DeidentificationMethod: 'Consort: recorded for a test',
  LongitudinalTemporalInformationModified: 'MODIFIED',
};

function isOurs(keyword: string, text: string): boolean {
  const rule = harmlessElements[keyword];
  if (rule === 'uid') return /^2\.25\.\d+$/.test(text);
  if (rule === 'date') return /^\d{8}$/.test(text);
  if (rule === 'keep') return isHarmless(text);
  if (rule !== undefined) return rule.includes(text);
  if (keyword in constants) return text === constants[keyword];
  return /^(PATIENT|ACCESSION)\d+$/.test(text);
}

/** Numbers, and the UIDs that the standard gives. A text in a numeric element may be anything. */
function isHarmless(value: DataValue): boolean {
  if (typeof value === 'number') return true;
  if (typeof value === 'string') return /^1\.2\.840\.10008\.[\d.]+$/.test(value);
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

/** PS3.5 section 6.2: DA. What is no date is left out. */
function movedDate(text: string, days: number): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) + days));
  return moved.toISOString().slice(0, 10).replaceAll('-', '');
}

function textsOf(value: DataValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [];
  if (isLargeValue(value)) return [];
  const parts = Array.isArray(value) ? value : Object.values(value as DataValues);
  return parts.flatMap((part) => textsOf(part as DataValue));
}
