import { PermanentError } from '@consort/core';
import type { CharacterSets } from '../character-set/character-sets.ts';
import { delimiters } from '../character-set/decode-text.ts';
import { encodeText } from '../character-set/encode-text.ts';
import type { ValueMultiplicity } from './dictionary.ts';
import { parseTag } from './tag.ts';
import { valueInvalid } from './value-errors.ts';
import type { DataValue } from './value.ts';
import { representationOf, type ValueRepresentation } from './value-representations.ts';

/** What a value is encoded for. */
export interface ValueTarget {
  /** For errors: the keyword or path of the element. */
  readonly name: string;
  readonly vr: string;
  /** Absent for a private element, which may have any number of values. */
  readonly vm?: ValueMultiplicity | undefined;
  readonly isBigEndian: boolean;
  readonly characterSets: CharacterSets;
  /** `query`: ranges and wildcards are allowed, and lists of UIDs (PS3.4 section C.2.2.2). */
  readonly purpose?: 'query' | undefined;
}

/**
 * The bytes of a value that is no sequence, padded to an even length, checked against its VR and VM
 * (PS3.5 sections 6.2 and 6.4).
 * @throws PermanentError VALUE_INVALID, TEXT_NOT_ENCODABLE
 */
export function encodeValue(value: DataValue, target: ValueTarget): Buffer {
  const { name, vr } = target;
  const representation = representationOf(vr);
  if (value === null || value === '') return Buffer.alloc(0);
  if (representation.kind === 'bytes') return encodeBytes(value, target);
  const values = listOf(value, representation, target);
  checkMultiplicity(values.length, target);
  if (representation.kind === 'number') {
    return Buffer.concat(values.map((one) => encodeNumber(one, target, representation.width)));
  }
  const texts = values.map((one, index) =>
    checkedText(one, representation, target, values.length > 1 ? `value ${index + 1} of it` : 'it'),
  );
  const text = texts.join('\\');
  const bytes =
    representation.kind === 'plain' ? Buffer.from(text, 'latin1') : textBytes(text, target);
  if (bytes.length % 2 === 0) return bytes;
  // PS3.5 section 6.2: a UID is padded with a null, other text with a space.
  const padded = Buffer.concat([bytes, Buffer.of(vr === 'UI' ? 0x00 : 0x20)]);
  if (padded.length > 0xfffffffe) throw valueInvalid(name, 'it is longer than 4 GiB');
  return padded;
}

type Single = string | number | bigint | null;

function listOf(value: DataValue, { isMultiple }: ValueRepresentation, target: ValueTarget) {
  const values: readonly unknown[] =
    isMultiple && typeof value === 'string'
      ? value.split('\\')
      : Array.isArray(value)
        ? value
        : [value];
  return values.map((one): Single => {
    const isSingle = one === null || ['string', 'number', 'bigint'].includes(typeof one);
    if (!isSingle) {
      throw valueInvalid(target.name, `its VR ${target.vr} takes text or numbers, not objects`);
    }
    return one as Single;
  });
}

function checkMultiplicity(count: number, { name, vr, vm, purpose }: ValueTarget): void {
  // PS3.4 section C.2.2.2.2: a list of UIDs asks for each of them.
  if (!vm || (purpose === 'query' && vr === 'UI')) return;
  const { min, max, step } = vm;
  if (count >= min && count <= max && (count - min) % step === 0) return;
  const range = max === min ? String(min) : `${min} to ${max === Infinity ? 'any number' : max}`;
  const steps = step > 1 ? `, in steps of ${step}` : '';
  throw valueInvalid(name, `it has ${count} values where its VM allows ${range}${steps}`);
}

function encodeBytes(value: DataValue, { name, vr }: ValueTarget): Buffer {
  if (!Buffer.isBuffer(value)) throw valueInvalid(name, `its VR ${vr} takes a Buffer`);
  const { width } = representationOf(vr);
  if (width > 1 && value.length % width !== 0) {
    throw valueInvalid(
      name,
      `its VR ${vr} takes a multiple of ${width} bytes, not ${value.length}`,
    );
  }
  return value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.of(0)]);
}

function encodeNumber(value: Single, target: ValueTarget, width: number): Buffer {
  const { name, vr, isBigEndian } = target;
  const bytes = Buffer.alloc(width);
  if (vr === 'AT') {
    const tag = typeof value === 'string' ? parseTag(value) : undefined;
    if (tag === undefined) throw valueInvalid(name, 'its VR AT takes tags, such as (0008,0018)');
    if (isBigEndian) bytes.writeUInt32BE(tag);
    else bytes.writeUInt32LE((tag >>> 16) + (tag & 0xffff) * 0x10000);
    return bytes;
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw valueInvalid(name, `its VR ${vr} takes numbers`);
  }
  if (vr === 'FL' || vr === 'FD') {
    const real = Number(value);
    if (vr === 'FD') bytes.writeDoubleLE(real);
    else bytes.writeFloatLE(real);
  } else {
    writeInteger(bytes, value, target);
  }
  return isBigEndian ? bytes.reverse() : bytes;
}

function writeInteger(bytes: Buffer, value: number | bigint, { name, vr }: ValueTarget): void {
  const isSigned = vr.startsWith('S');
  const bits = bytes.length * 8;
  const [min, max] = isSigned
    ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
    : [0n, 2n ** BigInt(bits) - 1n];
  const isInteger = typeof value === 'bigint' || Number.isInteger(value);
  if (!isInteger || BigInt(value) < min || BigInt(value) > max) {
    throw valueInvalid(name, `its VR ${vr} takes integers from ${min} to ${max}`);
  }
  const wide = Buffer.alloc(8);
  wide.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  wide.copy(bytes, 0, 0, bytes.length);
}

/** One value of text, checked; numbers become the text of their VR. */
function checkedText(
  value: Single,
  representation: ValueRepresentation,
  { name, vr, purpose }: ValueTarget,
  which: string,
): string {
  const { kind, longest, form, queryForm, formWords, isMultiple } = representation;
  if (value === null || value === '') return '';
  const text = typeof value === 'string' ? value : numberText(value, vr, name);
  const isQuery = purpose === 'query';
  const forbidden = representation.forbidden ?? (isMultiple ? forbiddenInShort : forbiddenInLong);
  const parts = vr === 'PN' ? text.split('=') : [text];
  if (parts.length > 3) {
    throw valueInvalid(name, `${which} has more than three component groups, which is what PN has`);
  }
  const matchesRange = isQuery && queryForm !== undefined;
  for (const part of parts) {
    const length = Array.from(part).length;
    if (length > longest && !(matchesRange && length <= 2 * longest + 2)) {
      throw valueInvalid(
        name,
        `${which} has ${length} characters where its VR ${vr} allows ${longest}`,
      );
    }
    // PS3.5 section 6.2.1.1: a component group has at most five components.
    if (vr === 'PN' && part.split('^').length > 5) {
      throw valueInvalid(
        name,
        `${which} has more than five components in a group, which is what PN has`,
      );
    }
  }
  const isWildcard = isQuery && kind === 'plain' && /^[*?]+$/.test(text);
  if (form && !isWildcard && !((isQuery && queryForm) || form).test(text)) {
    throw valueInvalid(name, `${which} is not ${formWords}, which is what its VR ${vr} takes`);
  }
  if (forbidden.test(text)) {
    throw valueInvalid(
      name,
      `${which} has control characters, a backslash or others that its VR ${vr} does not allow`,
    );
  }
  return text;
}

// PS3.5 section 6.1.3: control characters belong into longer texts only, and a backslash separates values.
const forbiddenInShort = /[\0-\x1f\x7f\\]/;
const forbiddenInLong = /[\0-\x08\x0b\x0e-\x1f\x7f]/;

function numberText(value: number | bigint, vr: string, name: string): string {
  if (vr === 'IS') {
    if (Number.isInteger(Number(value)) && Math.abs(Number(value)) < 2 ** 31) return String(value);
    throw valueInvalid(name, 'its VR IS takes integers of 32 bits');
  }
  if (vr !== 'DS' || !Number.isFinite(Number(value))) {
    throw valueInvalid(name, `its VR ${vr} takes ${vr === 'DS' ? 'finite numbers' : 'text'}`);
  }
  // As exact as sixteen characters allow.
  let text = String(value);
  for (let digits = 16; text.length > 16; digits--) text = Number(value).toPrecision(digits);
  return text;
}

function textBytes(text: string, { name, vr, characterSets }: ValueTarget): Buffer {
  const bytes = encodeText(
    text,
    characterSets,
    vr === 'PN' ? delimiters.personName : delimiters.text,
  );
  if (bytes) return bytes;
  throw new PermanentError(
    'TEXT_NOT_ENCODABLE',
    `${name} cannot be encoded: its text has characters that the Specific Character Set (0008,0005) of the data set does not have; write a text it can hold, or set SpecificCharacterSet to ISO_IR 192 where all other texts are ASCII`,
  );
}
