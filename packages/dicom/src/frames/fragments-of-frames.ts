import { buffer } from 'node:stream/consumers';
import type { Fragment, TreeItem } from '../data-set/element-tree.ts';
import { framesUnreadable } from './frame-errors.ts';

/** Reads bytes of the data set. */
export type Reading = (start: number, length: number) => AsyncIterable<Buffer>;

/**
 * Which fragments each compressed frame is in (PS3.5 section A.4).
 * @param fragments the Basic Offset Table first
 * @throws PermanentError FRAMES_UNREADABLE when the tables point elsewhere than to fragments, or there are none and the
 *   fragments do not say where a frame begins
 */
export async function fragmentsOfFrames(
  tree: TreeItem,
  fragments: readonly Fragment[],
  numberOfFrames: number,
  read: Reading,
): Promise<readonly (readonly Fragment[])[]> {
  const [table, ...rest] = fragments;
  if (!table || rest.length === 0) throw framesUnreadable('the pixel data has no fragments');
  const extended = await extendedTable(tree, read);
  if (extended) return byExtendedTable(rest, extended, numberOfFrames);
  if (numberOfFrames === 1) return [rest];
  const offsets = await basicTable(table, read);
  if (offsets.length > 0) return byOffsets(rest, offsets, numberOfFrames);
  if (rest.length === numberOfFrames) return rest.map((fragment) => [fragment]);
  return await byFirstBytes(rest, numberOfFrames, read);
}

const headSize = 8;
const largestTable = 16 * 1024 * 1024;

interface ExtendedTable {
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}

/** Extended Offset Table (7FE0,0001) and its lengths (7FE0,0002), 64 bits each (PS3.3 section C.7.6.3.1.8). */
async function extendedTable(tree: TreeItem, read: Reading): Promise<ExtendedTable | undefined> {
  const [offsets, lengths] = [tree.elements.get(0x7fe00001), tree.elements.get(0x7fe00002)];
  if (!offsets || !lengths || offsets.length === 0) return undefined;
  return { offsets: await numbers(offsets, 8, read), lengths: await numbers(lengths, 8, read) };
}

async function basicTable(table: Fragment, read: Reading): Promise<readonly number[]> {
  return await numbers(table, 4, read);
}

/** Compressed data sets are always in little endian order (PS3.5 section A.4). */
async function numbers(
  { start, length }: Fragment,
  width: 4 | 8,
  read: Reading,
): Promise<readonly number[]> {
  if (length > largestTable) throw framesUnreadable('an offset table is longer than 16 MiB');
  const bytes = await buffer(read(start, length));
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, index) =>
    width === 4 ? bytes.readUInt32LE(index * 4) : Number(bytes.readBigUInt64LE(index * 8)),
  );
}

function byExtendedTable(
  fragments: readonly Fragment[],
  { offsets, lengths }: ExtendedTable,
  numberOfFrames: number,
): readonly (readonly Fragment[])[] {
  if (lengths.length !== offsets.length) {
    throw framesUnreadable('the Extended Offset Table has not as many lengths as offsets');
  }
  return byOffsets(fragments, offsets, numberOfFrames).map((found, index) => {
    // A frame is one fragment here, without the padding of that.
    const [fragment] = found;
    const length = lengths[index]!;
    if (found.length === 1 && fragment && length <= fragment.length)
      return [{ ...fragment, length }];
    throw framesUnreadable(
      `the Extended Offset Table gives frame ${index + 1} a length that its fragment has not`,
    );
  });
}

/** @param offsets of the heads of fragments, from the first of them on */
function byOffsets(
  fragments: readonly Fragment[],
  offsets: readonly number[],
  numberOfFrames: number,
): readonly (readonly Fragment[])[] {
  if (offsets.length !== numberOfFrames) {
    throw framesUnreadable(
      `there are ${numberOfFrames}, and the offset table has ${offsets.length}`,
    );
  }
  const first = fragments[0]!.start - headSize;
  const places = new Map(fragments.map(({ start }, index) => [start - headSize - first, index]));
  const begins = offsets.map((offset) => places.get(offset));
  const frames = begins.map((from, index) => {
    const to = index + 1 < begins.length ? begins[index + 1] : fragments.length;
    return from === undefined || to === undefined ? [] : fragments.slice(from, to);
  });
  if (begins[0] !== 0 || frames.some((frame) => frame.length === 0)) {
    throw framesUnreadable(
      'the offset table points elsewhere than to the fragments of frames, in their order',
    );
  }
  return frames;
}

/** Where both tables are empty, a fragment that begins as a compressed image does begins a frame. */
async function byFirstBytes(
  fragments: readonly Fragment[],
  numberOfFrames: number,
  read: Reading,
): Promise<readonly (readonly Fragment[])[]> {
  const frames: Fragment[][] = [];
  for (const fragment of fragments) {
    const bytes = fragment.length < 4 ? Buffer.alloc(0) : await buffer(read(fragment.start, 4));
    if (isImageStart(bytes)) frames.push([]);
    const frame = frames.at(-1);
    if (!frame)
      throw framesUnreadable('the first fragment does not begin as a compressed image does');
    frame.push(fragment);
  }
  if (frames.length === numberOfFrames) return frames;
  throw framesUnreadable(
    `there are ${numberOfFrames}, no offset table, and ${frames.length} compressed images in ${fragments.length} fragments`,
  );
}

/** SOI of JPEG and JPEG-LS, SOC and SIZ of JPEG 2000. */
function isImageStart(bytes: Buffer): boolean {
  const start = bytes.toString('hex');
  return start.startsWith('ffd8ff') || start.startsWith('ff4fff51');
}
