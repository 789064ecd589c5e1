import type { DataSetEncoding } from '../transfer-syntaxes.ts';

/** What stands before the value of a data element (PS3.5 section 7.1). */
export interface ElementHead {
  /** Group and element number in one: 0x00080018. */
  readonly tag: number;
  /** Absent in implicit VR, and for items and delimiters, which have none (PS3.5 section 7.5). */
  readonly vr?: string;
  /** Bytes; `undefinedLength` when a delimiter ends the value. */
  readonly length: number;
  /** Bytes before the value. */
  readonly size: number;
}

/** How the elements of one level are written. */
export type ElementEncoding = Pick<DataSetEncoding, 'isExplicit' | 'isBigEndian'>;

export const undefinedLength = 0xffffffff;

/** The most bytes that can stand before a value. */
export const largestHead = 12;

/**
 * Reads what stands before a value.
 * A VR we do not know, of two upper-case letters, has the long form when its two reserved bytes are zero, as
 * every VR to come (PS3.5 section 7.1.2); any other two bytes are taken for a VR with the short form.
 * @returns undefined when there are too few bytes
 */
export function elementHead(
  bytes: Buffer,
  { isExplicit, isBigEndian }: ElementEncoding,
): ElementHead | undefined {
  if (bytes.length < 8) return undefined;
  const tag = isBigEndian
    ? bytes.readUInt16BE(0) * 0x10000 + bytes.readUInt16BE(2)
    : bytes.readUInt16LE(0) * 0x10000 + bytes.readUInt16LE(2);
  const length32 = (offset: number) =>
    isBigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset);
  if (!isExplicit || tag >>> 16 === 0xfffe) return { tag, length: length32(4), size: 8 };

  const vr = bytes.toString('latin1', 4, 6);
  const isLong = longVrs.has(vr) || (!shortVrs.has(vr) && isVr(vr) && bytes.readUInt16LE(6) === 0);
  if (!isLong) {
    const length = isBigEndian ? bytes.readUInt16BE(6) : bytes.readUInt16LE(6);
    return { tag, vr, length, size: 8 };
  }
  if (bytes.length < 12) return undefined;
  return { tag, vr, length: length32(8), size: 12 };
}

/** Says whether two characters have the form of a VR: upper-case letters. */
export function isVr(text: string): boolean {
  return /^[A-Z]{2}$/.test(text);
}

/** Says whether two characters are a VR of the standard. */
export function isKnownVr(text: string): boolean {
  return shortVrs.has(text) || longVrs.has(text);
}

/** Says whether the length of a value of this VR has 32 bits in explicit VR; it has in those to come. */
export function isLongVr(vr: string): boolean {
  return longVrs.has(vr) || !shortVrs.has(vr);
}

/** Says whether a value of this VR may have undefined length (PS3.5 sections 6.2.2, 7.5 and A.4). */
export function mayBeUndefined(vr: string | undefined): boolean {
  return vr === undefined || ['SQ', 'UN', 'OB', 'OW'].includes(vr) || !isKnownVr(vr);
}

/** `(0008,0018)`, as the standard prints a tag. */
export function printTag(tag: number): string {
  const digits = tag.toString(16).toUpperCase().padStart(8, '0');
  return `(${digits.slice(0, 4)},${digits.slice(4)})`;
}

// PS3.5 tables 7.1-1 and 7.1-2.
const longVrs = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
const shortVrs = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);
