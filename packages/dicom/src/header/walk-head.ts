import { Window, type ByteSource } from './byte-source.ts';
import {
  elementHead,
  isKnownVr,
  isVr,
  largestHead,
  mayBeUndefined,
  printTag,
  undefinedLength,
  type ElementEncoding,
  type ElementHead,
} from './element.ts';
import { unreadable } from './unreadable.ts';

const largestPosition = 64 * 1024 * 1024;
const mostElements = 100_000;
const deepest = 32;
const largestValue = 64 * 1024;

const item = 0xfffee000;
const itemEnd = 0xfffee00d;
const sequenceEnd = 0xfffee0dd;

/** Where the walk is: among the items of a sequence, or among the elements of an item or of the data set. */
interface Level {
  readonly kind: 'elements' | 'items';
  readonly encoding: ElementEncoding;
}

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
  const levels: Level[] = [{ kind: 'elements', encoding }];
  let position = 0;

  for (let count = 1; ; count++) {
    if (!window.has(position, largestHead)) await window.load(position, largestHead);
    const level = levels.at(-1)!;
    const bytes = window.view(position, largestHead);
    if (bytes.length === 0 && position > 0) {
      if (position > source.size) throw unreadable(source.size, 'it ends inside a value');
      if (levels.length > 1) throw unreadable(position, 'it ends inside a sequence');
      return values;
    }
    const head = elementHead(bytes, level.encoding);
    if (!head) throw unreadable(position, 'it ends inside an element');
    if (position === 0) checkFirst(head, bytes, encoding);
    if (count > mostElements)
      throw unreadable(position, `it has more than ${mostElements} elements`);
    if (position > largestPosition) {
      throw unreadable(position, `it still has no ${printTag(lastTag)}, after more than 64 MiB`);
    }

    if (levels.length === 1) {
      if (head.tag > lastTag && head.tag >>> 16 !== 0xfffe) return values;
      if (head.tag >>> 16 === 0) {
        throw unreadable(position, `${printTag(head.tag)} of a command set stands in a data set`);
      }
    }
    const start = position + head.size;
    position = step(levels, head, position);
    if (position > source.size) {
      throw unreadable(start, `the value of ${printTag(head.tag)} is longer than the data set`);
    }
    if (levels.length === 1 && wanted.has(head.tag) && !values.has(head.tag)) {
      const length = Math.min(head.length, largestValue);
      if (!window.has(start, length)) await window.load(start, length);
      values.set(head.tag, Buffer.from(window.view(start, length)));
    }
  }
}

/** Enters or leaves a level, or stays; returns where the next element begins. */
function step(levels: Level[], head: ElementHead, position: number): number {
  const level = levels.at(-1)!;
  const { tag, vr, length } = head;
  const start = position + head.size;

  if (level.kind === 'items') {
    if (tag === sequenceEnd) levels.pop();
    else if (tag !== item)
      throw unreadable(position, `${printTag(tag)} stands where an item has to`);
    else if (length !== undefinedLength) return start + length;
    else levels.push({ kind: 'elements', encoding: level.encoding });
    return start;
  }
  if (tag === itemEnd && levels.length > 1) {
    levels.pop();
    return start;
  }
  if (tag >>> 16 === 0xfffe) {
    throw unreadable(position, `${printTag(tag)} stands outside of a sequence`);
  }
  if (length !== undefinedLength) return start + length;
  if (!mayBeUndefined(vr)) {
    throw unreadable(position, `${printTag(tag)} has no length, which its VR does not allow`);
  }
  // A level of elements and one of items for each sequence, above the data set itself.
  if (levels.length > 2 * deepest) {
    throw unreadable(position, `sequences are more than ${deepest} deep`);
  }
  // PS3.5 section 6.2.2 note 2: within a UN of undefined length everything is Implicit VR Little Endian.
  const encoding = vr === 'UN' ? { isExplicit: false, isBigEndian: false } : level.encoding;
  levels.push({ kind: 'items', encoding });
  return start;
}

/** Tells a data set of another transfer syntax by its first element, which is one of a low group. */
function checkFirst({ tag, vr, length }: ElementHead, bytes: Buffer, encoding: ElementEncoding) {
  const { isExplicit, isBigEndian } = encoding;
  if (tag >>> 16 > 0xff && (tag & 0xff0000) === 0) {
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
