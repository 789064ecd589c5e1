import { ElementWalk } from '../data-set/element-walk.ts';
import { Window, type ByteSource } from './byte-source.ts';
import {
  elementHead,
  isKnownVr,
  isVr,
  largestHead,
  printTag,
  undefinedLength,
  type ElementEncoding,
} from './element.ts';
import { unreadable } from './unreadable.ts';

const largestPosition = 64 * 1024 * 1024;
const mostElements = 100_000;
const largestValue = 64 * 1024;

/**
 * Walks the elements of a data set up to the last one wanted and returns the values of those that are wanted, the
 * first where one occurs twice. Values of known length are passed over unread; sequences of undefined length are
 * walked. Linear in what is passed over, which is at most 64 MiB, 100 000 elements and 32 sequences deep; of a
 * value at most 64 KiB are kept.
 * @throws PermanentError DATA_SET_UNREADABLE
 */
export async function walkHead(
  source: ByteSource,
  encoding: ElementEncoding,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Buffer>> {
  const values = new Map<number, Buffer>();
  const lastTag = Math.max(...wanted);
  const window = new Window(source);
  const walk = new ElementWalk(encoding, () => undefined, mostElements);

  for (;;) {
    const { position, depth } = walk;
    if (!window.has(position, largestHead)) await window.load(position, largestHead);
    const bytes = window.view(position, largestHead);
    if (position === 0) checkFirst(bytes, encoding);
    if (position > largestPosition && bytes.length > 0) {
      throw unreadable(position, `it still has no ${printTag(lastTag)}, after more than 64 MiB`);
    }
    const met = walk.next(bytes, source.size);
    if (!met) return values;
    if (depth === 0) {
      if (met.tag > lastTag) return values;
      checkGroup(met.tag, position);
    }
    if (walk.position > source.size) {
      throw unreadable(met.start, `the value of ${printTag(met.tag)} is longer than the data set`);
    }
    if (depth === 0 && wanted.has(met.tag) && !values.has(met.tag)) {
      const length = Math.min(met.length, largestValue);
      if (!window.has(met.start, length)) await window.load(met.start, length);
      values.set(met.tag, Buffer.from(window.view(met.start, length)));
    }
  }
}

/** @throws PermanentError DATA_SET_UNREADABLE on an element that belongs into a command set */
export function checkGroup(tag: number, position: number): void {
  if (tag >>> 16 !== 0) return;
  throw unreadable(position, `${printTag(tag)} of a command set stands in a data set`);
}

/** The group in which data sets about a film session begin (PS3.3 section C.13.1). */
const filmSession = 0x2000;

/**
 * Tells a data set of another transfer syntax by its first element, which is one of a low group.
 * @throws PermanentError DATA_SET_UNREADABLE
 */
export function checkFirst(bytes: Buffer, encoding: ElementEncoding): void {
  const head = elementHead(bytes, encoding);
  if (!head) return;
  const { tag, vr, length } = head;
  const { isExplicit, isBigEndian } = encoding;
  const group = tag >>> 16;
  if (group > 0xff && (group & 0xff) === 0 && group !== filmSession) {
    const order = isBigEndian ? 'little' : 'big';
    throw unreadable(
      0,
      `it begins with ${printTag(tag)}, as if its bytes were in ${order} endian order`,
    );
  }
  if (isExplicit && vr !== undefined && !isVr(vr)) {
    throw unreadable(4, `${printTag(tag)} has no VR, as if VRs were implicit`);
  }
  if (!isExplicit && length > 0xffff && length !== undefinedLength) {
    const letters = bytes.toString('latin1', 4, 6);
    if (isKnownVr(letters))
      throw unreadable(4, `${printTag(tag)} has a VR, as if VRs were explicit`);
  }
}
