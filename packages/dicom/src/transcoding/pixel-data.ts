import { encodeHead } from '../data-set/encode-element.ts';
import { undefinedLength, type ElementEncoding } from '../header/element.ts';
import { sizeOfFrame } from '../codecs/frame-image.ts';
import { FrameUnfit } from '../codecs/frame-unfit.ts';
import type { FramesToTranscode } from './frames-to-transcode.ts';
import { swapped } from './swap-bytes.ts';

const pixelData = 0x7fe00010;
const item = 0xfffee000;
const sequenceEnd = 0xfffee0dd;
/** PS3.5 section 7.1.2: the longest length; an even one. */
const longest = 0xfffffffe;

/** A frame by its number. */
export type FrameReader = (number: number) => Promise<Buffer>;

/** Bytes of plain Pixel Data, without its padding. @throws FrameUnfit when they are more than an element can have */
export function sizeOfPixelData({ image, numberOfFrames }: FramesToTranscode): number {
  const size = sizeOfFrame(image) * numberOfFrames;
  if (size <= longest) return size;
  throw new FrameUnfit(
    `is one of ${numberOfFrames}, which are more than 4 GiB once they are plain`,
  );
}

/** Plain Pixel Data: OB where a cell is a byte, OW otherwise (PS3.5 section 8.1.2, annex A.2). */
export async function* plainPixelData(
  frames: FramesToTranscode,
  frame: FrameReader,
  to: ElementEncoding,
): AsyncGenerator<Buffer> {
  const size = sizeOfPixelData(frames);
  const isByte = frames.image.bitsAllocated === 8 && to.isExplicit;
  yield encodeHead(pixelData, isByte ? 'OB' : 'OW', size + (size % 2), to);
  for (let number = 1; number <= frames.numberOfFrames; number += 1) {
    yield* swapped([await frame(number)], to.isBigEndian && !isByte ? 2 : 1);
  }
  if (size % 2 === 1) yield Buffer.alloc(1);
}

/** Encapsulated Pixel Data: an empty Basic Offset Table, then a fragment for each frame (PS3.5 annex A.4). */
export async function* encapsulatedPixelData(
  { numberOfFrames }: FramesToTranscode,
  frame: FrameReader,
  to: ElementEncoding,
): AsyncGenerator<Buffer> {
  yield encodeHead(pixelData, 'OB', undefinedLength, to);
  yield encodeHead(item, undefined, 0, to);
  for (let number = 1; number <= numberOfFrames; number += 1) {
    const bytes = await frame(number);
    yield encodeHead(item, undefined, bytes.length + (bytes.length % 2), to);
    yield bytes;
    if (bytes.length % 2 === 1) yield Buffer.alloc(1);
  }
  yield encodeHead(sequenceEnd, undefined, 0, to);
}
