import type { CharacterSets } from '../character-set/character-sets.ts';
import { isLongVr, undefinedLength, type ElementEncoding } from '../header/element.ts';
import { valueInvalid } from './value-errors.ts';

/** In what manner elements are written: fixed for a data set, but for the character sets an item may change. */
export interface ElementWriting extends ElementEncoding {
  readonly characterSets: CharacterSets;
  readonly purpose?: 'query' | undefined;
}

/**
 * An element as bytes (PS3.5 section 7.1).
 * @param name for errors: its keyword or path
 * @throws PermanentError VALUE_INVALID when the value is too long for the length field of its VR
 */
export function encodeElement(
  tag: number,
  vr: string,
  value: Buffer,
  encoding: ElementEncoding,
  name: string,
): Buffer {
  if (encoding.isExplicit && !isLongVr(vr) && value.length > 0xffff) {
    throw valueInvalid(name, `it has ${value.length} bytes where its VR ${vr} allows 65534`);
  }
  return Buffer.concat([encodeHead(tag, vr, value.length, encoding), value]);
}

/** An item of known length around the elements of it (PS3.5 section 7.5.1). */
export function encodeItem(elements: Buffer, encoding: ElementEncoding): Buffer {
  return Buffer.concat([encodeHead(0xfffee000, undefined, elements.length, encoding), elements]);
}

/** What stands before a value; items and delimiters have no VR. */
export function encodeHead(
  tag: number,
  vr: string | undefined,
  length: number,
  { isExplicit, isBigEndian }: ElementEncoding,
): Buffer {
  const isLong = isExplicit && vr !== undefined && isLongVr(vr);
  const head = Buffer.alloc(isLong ? 12 : 8);
  const write16 = (value: number, at: number) =>
    isBigEndian ? head.writeUInt16BE(value, at) : head.writeUInt16LE(value, at);
  const write32 = (value: number, at: number) =>
    isBigEndian ? head.writeUInt32BE(value, at) : head.writeUInt32LE(value, at);
  write16(tag >>> 16, 0);
  write16(tag & 0xffff, 2);
  if (!isExplicit || vr === undefined) {
    write32(length, 4);
    return head;
  }
  head.write(vr, 4, 'latin1');
  if (isLong) write32(length, 8);
  else write16(length === undefinedLength ? 0 : length, 6);
  return head;
}
