import type { TreeElement, TreeItem } from '../data-set/element-tree.ts';
import { textsOf } from '../data-set/tree-values.ts';
import { framesUnreadable } from './frame-errors.ts';
import { numberAt } from './number-at.ts';

/** Where a plain frame is: whole bytes, and where it begins in the first of them. */
export interface NativeFrame {
  readonly start: number;
  readonly length: number;
  /** Bits before it in its first byte. */
  readonly shift: number;
  readonly bits: number;
}

/**
 * Says where each plain frame is: one follows the other without a gap, also within a byte (PS3.5 section 8.1.1).
 * @throws PermanentError FRAMES_UNREADABLE when the size of a frame is not known, or the pixel data is too short
 */
export function nativeFrames(
  tree: TreeItem,
  pixels: TreeElement,
  numberOfFrames: number,
): (index: number) => NativeFrame {
  const bits = bitsOfFrame(tree, pixels);
  const needed = Math.ceil((bits * numberOfFrames) / 8);
  if (!Number.isSafeInteger(bits * numberOfFrames) || needed > pixels.length) {
    throw framesUnreadable(
      `${numberOfFrames} of them need ${needed} bytes, and the pixel data has ${pixels.length}`,
    );
  }
  return (index) => {
    const first = Math.floor((bits * index) / 8);
    const end = Math.ceil((bits * (index + 1)) / 8);
    return { start: pixels.start + first, length: end - first, shift: (bits * index) % 8, bits };
  };
}

/** Moves bits to the beginning of the first byte, the lowest bit of a byte first; what follows the last one is zero. */
export async function* shifted(
  chunks: AsyncIterable<Buffer>,
  shift: number,
  bits: number,
): AsyncGenerator<Buffer> {
  if (shift === 0 && bits % 8 === 0) {
    yield* chunks;
    return;
  }
  let left = Math.ceil(bits / 8);
  let low: number | undefined;
  for await (const chunk of chunks) {
    const moved: number[] = [];
    for (const byte of chunk) {
      if (low !== undefined) moved.push(((low >>> shift) | (byte << (8 - shift))) & 0xff);
      low = byte;
    }
    const bytes = Buffer.from(moved.slice(0, left));
    left -= bytes.length;
    if (left === 0) clearAfter(bytes, bits);
    if (bytes.length > 0) yield bytes;
  }
  if (left === 0 || low === undefined) return;
  const last = Buffer.of(low >>> shift);
  clearAfter(last, bits);
  yield last;
}

function clearAfter(bytes: Buffer, bits: number): void {
  if (bits % 8 !== 0) bytes[bytes.length - 1]! &= 0xff >>> (8 - (bits % 8));
}

function bitsOfFrame(tree: TreeItem, pixels: TreeElement): number {
  const rows = required(tree, 0x00280010, 'Rows');
  const columns = required(tree, 0x00280011, 'Columns');
  if (pixels.tag === 0x7fe00008) return rows * columns * 32;
  if (pixels.tag === 0x7fe00009) return rows * columns * 64;
  const samples = numberAt(tree, 0x00280002) ?? 1;
  const allocated = required(tree, 0x00280100, 'Bits Allocated');
  return rows * columns * samplesStored(tree, samples) * allocated;
}

/** PS3.3 section C.7.6.3.1.2: chrominance is sampled once for several pixels. */
function samplesStored(tree: TreeItem, samples: number): number {
  const element = tree.elements.get(0x00280004);
  const interpretation = element && textsOf(element, tree);
  if (samples !== 3) return samples;
  if (interpretation === 'YBR_FULL_422' || interpretation === 'YBR_PARTIAL_422') return 2;
  return interpretation === 'YBR_PARTIAL_420' ? 1.5 : 3;
}

function required(tree: TreeItem, tag: number, name: string): number {
  const value = numberAt(tree, tag);
  if (value !== undefined && value > 0) return value;
  throw framesUnreadable(`${name} is missing, or no number above zero`);
}
