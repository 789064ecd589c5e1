import type { CharacterSets } from '../character-set/character-sets.ts';
import { decodeText, delimiters } from '../character-set/decode-text.ts';
import { withoutTrailing } from '../character-set/padding.ts';
import { printTag } from '../header/element.ts';
import type { SingleValue } from './value.ts';
import { representationOf } from './value-representations.ts';

/** How the bytes of a value are to be read. */
export interface ValueReading {
  readonly vr: string;
  readonly isBigEndian: boolean;
  readonly characterSets: CharacterSets;
}

/**
 * The value of an element that is no sequence: one value, a list of several, null when there is none.
 * What does not follow its VR is still given: text as it is, numbers as far as there are bytes for them.
 */
export function decodeValue(
  bytes: Buffer,
  reading: ValueReading,
): SingleValue | null | readonly (SingleValue | null)[] {
  const { kind } = representationOf(reading.vr);
  if (bytes.length === 0) return null;
  if (kind === 'bytes' || kind === 'sequence') return bytes;
  const values: readonly (SingleValue | null)[] =
    kind === 'number'
      ? decodeNumbers(bytes, reading)
      : decodeTexts(bytes, reading).map(numberOf(reading.vr));
  return values.length === 1 ? values[0]! : values.length === 0 ? null : values;
}

/** The texts of a value, those of IS and DS as they were written; one that is absent is an empty one. */
export function decodeTexts(bytes: Buffer, { vr, characterSets }: ValueReading): readonly string[] {
  const { kind, isMultiple } = representationOf(vr);
  const delimiting = vr === 'PN' ? delimiters.personName : delimiters.text;
  const text =
    kind === 'text' ? decodeText(bytes, characterSets, delimiting) : bytes.toString('latin1');
  // Split only once it is decoded: a backslash can be half of a character.
  const texts = isMultiple ? text.split('\\') : [text];
  return texts.map((one) => withoutPadding(one, vr));
}

function withoutPadding(text: string, vr: string): string {
  const end = withoutTrailing(text, ' \0');
  // PS3.5 section 6.2: leading spaces mean something in long texts only.
  return ['LT', 'ST', 'UT', 'UR', 'UC'].includes(vr) ? end : end.replace(/^ +/, '');
}

/** Makes numbers of the texts of IS and DS; a text that is none stays. */
function numberOf(vr: string): (text: string) => SingleValue | null {
  if (vr !== 'IS' && vr !== 'DS') return (text) => text;
  return (text) => {
    if (text === '') return null;
    return /^[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?$/.test(text) ? Number(text) : text;
  };
}

function decodeNumbers(bytes: Buffer, { vr, isBigEndian }: ValueReading): SingleValue[] {
  const { width } = representationOf(vr);
  const values: SingleValue[] = [];
  for (let at = 0; at + width <= bytes.length; at += width) {
    const one = Buffer.from(bytes.subarray(at, at + width));
    if (vr === 'AT') {
      values.push(
        printTag(
          isBigEndian ? one.readUInt32BE() : one.readUInt16LE(0) * 0x10000 + one.readUInt16LE(2),
        ),
      );
    } else {
      values.push(decodeNumber(isBigEndian ? one.reverse() : one, vr));
    }
  }
  return values;
}

function decodeNumber(bytes: Buffer, vr: string): number | bigint {
  switch (vr) {
    case 'FL':
      return bytes.readFloatLE();
    case 'FD':
      return bytes.readDoubleLE();
    case 'SV':
    case 'UV': {
      const value = vr === 'SV' ? bytes.readBigInt64LE() : bytes.readBigUInt64LE();
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    default:
      return vr.startsWith('S')
        ? bytes.readIntLE(0, bytes.length)
        : bytes.readUIntLE(0, bytes.length);
  }
}
