import { encodeHead } from '../data-set/encode-element.ts';
import { cutShort, mostElements } from '../data-set/element-tree.ts';
import { ElementWalk, type Met } from '../data-set/element-walk.ts';
import { Window, type ByteSource } from '../header/byte-source.ts';
import { isLongVr, isVr, largestHead, undefinedLength } from '../header/element.ts';
import type { ElementEncoding } from '../header/element.ts';
import { unreadable } from '../header/unreadable.ts';
import { checkFirst, checkGroup } from '../header/walk-head.ts';
import { OpenItems } from './open-items.ts';
import { swapped, widthOf } from './swap-bytes.ts';

/** What takes the place of an element of the data set itself, whether it is there or not: bytes, or nothing. */
export type Replacement = (() => AsyncIterable<Buffer> | Iterable<Buffer>) | 'nothing';

/**
 * Writes a data set in another encoding (PS3.5 section 7.1, annex A), as it is read: no value is held. Where an element is
 * encoded alike in both, its bytes are copied, whatever they are; otherwise its head is written anew, and its value is
 * copied, with its bytes in the other order if need be. A private element whose VR is not known is UN (PS3.5 section
 * 6.2.2), and so is a value too long for its VR. Sequences that are written anew end with delimiters (PS3.5 section 7.5);
 * group lengths that would be wrong are left out (PS3.5 section 7.2).
 * @param replacements by tag
 * @throws PermanentError DATA_SET_UNREADABLE, in place of the end
 */
export async function* reEncoded(
  source: ByteSource,
  from: ElementEncoding,
  to: ElementEncoding,
  replacements: ReadonlyMap<number, Replacement>,
): AsyncGenerator<Buffer> {
  const items = new OpenItems(to);
  const walk = new ElementWalk(from, items.entering, mostElements);
  const window = new Window(source);
  const due = [...replacements].sort(([a], [b]) => a - b);
  const changedGroups = new Set(due.map(([tag]) => tag >>> 16));
  /** The depth at which what is replaced ends; -1 outside of it. */
  let skipping = -1;
  for (;;) {
    const { position, depth } = walk;
    if (!window.has(position, largestHead)) await window.load(position, largestHead);
    const bytes = window.view(position, largestHead);
    if (position === 0) checkFirst(bytes, from);
    let met = walk.next(bytes, source.size);
    if (!met) break;
    const isCut = walk.position > source.size;
    if (isCut) met = cutShort(met, depth, source.size);
    if (skipping >= 0) {
      if (walk.depth === skipping) skipping = -1;
      continue;
    }
    const isOfDataSet = depth === 0 && met.kind === 'element';
    if (isOfDataSet) {
      checkGroup(met.tag, met.position);
      while (due.length > 0 && due[0]![0] <= met.tag) yield* replaced(due.shift()!);
      if (replacements.has(met.tag)) {
        if (met.isEntered) skipping = 0;
        if (isCut) break;
        continue;
      }
      if (isGroupLength(met) && changedGroups.has(met.tag >>> 16)) continue;
    }
    const written = items.take(met);
    if (met.kind === 'itemEnd' || met.kind === 'sequenceEnd') {
      yield encodeHead(met.tag, undefined, 0, written);
      continue;
    }
    if (isAlike(met.encoding, written) && !isCut) {
      yield Buffer.from(bytes.subarray(0, met.start - met.position));
    } else if (isGroupLength(met)) continue;
    else yield headOf(met, items.vrOf(met), written);
    if (met.isEntered) continue;
    const isTelling = items.isTelling(met);
    const value = isTelling ? await told(window, met) : undefined;
    if (value) items.learn(met, value);
    const width = isAlike(met.encoding, written) ? 1 : widthToSwap(met, items, written);
    yield* swapped(value ? [value] : valueOf(source, window, met), width);
    if (isCut) break;
  }
  for (const one of due) yield* replaced(one);
}

/** Values up to this size come from what was read ahead. */
const smallValue = 4096;
const pieceSize = 64 * 1024;

async function* replaced([, replacement]: readonly [number, Replacement]): AsyncGenerator<Buffer> {
  if (replacement !== 'nothing') yield* replacement();
}

function headOf(met: Met, vr: string | undefined, to: ElementEncoding): Buffer {
  const length = met.isEntered ? undefinedLength : met.length;
  if (met.kind === 'item' || vr === undefined || !to.isExplicit) {
    return encodeHead(met.tag, undefined, length, to);
  }
  const isTooLong = !isLongVr(vr) && length > 0xffff;
  return encodeHead(met.tag, isTooLong || !isVr(vr) ? 'UN' : vr, length, to);
}

function widthToSwap(met: Met, items: OpenItems, to: ElementEncoding): number {
  if (met.kind === 'item' || met.encoding.isBigEndian === to.isBigEndian) return 1;
  return widthOf(items.vrOf(met) ?? 'UN');
}

function isAlike(one: ElementEncoding, other: ElementEncoding): boolean {
  return one.isExplicit === other.isExplicit && one.isBigEndian === other.isBigEndian;
}

function isGroupLength({ kind, tag }: Met): boolean {
  return kind === 'element' && (tag & 0xffff) === 0;
}

async function told(window: Window, { start, length }: Met): Promise<Buffer> {
  if (!window.has(start, length)) await window.load(start, length);
  const value = Buffer.from(window.view(start, length));
  if (value.length < length) throw unreadable(start, 'it ends inside a value');
  return value;
}

/** A value in pieces of whole words. */
async function* valueOf(source: ByteSource, window: Window, met: Met): AsyncGenerator<Buffer> {
  const { start, length } = met;
  if (length <= smallValue) {
    if (length > 0) yield await told(window, met);
    return;
  }
  for (let at = 0; at < length; at += pieceSize) {
    yield await readExactly(source, start + at, Math.min(pieceSize, length - at));
  }
}

/** Reads as many bytes. @throws PermanentError DATA_SET_UNREADABLE when the source ends before */
export async function readExactly(
  source: ByteSource,
  position: number,
  length: number,
): Promise<Buffer> {
  const first = await source.read(position, length);
  if (first.length === length) return first;
  const parts = [first];
  for (let taken = first.length; taken < length;) {
    const part = await source.read(position + taken, length - taken);
    if (part.length === 0) throw unreadable(position + taken, 'it ends inside a value');
    parts.push(part);
    taken += part.length;
  }
  return Buffer.concat(parts);
}
