import { Readable } from 'node:stream';
import type { Document, DocumentStore, MessageBody } from '@consort/core';
import { chunksOfDataSet } from '../data-set/chunks-of-data-set.ts';
import { noDataSet } from '../data-set/document-errors.ts';
import type { TreeItem } from '../data-set/element-tree.ts';
import { treeOfDocument } from '../data-set/read-data-set.ts';
import { fragmentsOfFrames } from './fragments-of-frames.ts';
import { framesUnreadable } from './frame-errors.ts';
import { nativeFrames, shifted } from './native-frames.ts';
import { numberAt } from './number-at.ts';

/** The frames of an image. */
export interface Frames {
  readonly numberOfFrames: number;
  /** Whether a frame is a compressed image of its own, as its transfer syntax says; otherwise it is plain pixels. */
  readonly isEncapsulated: boolean;

  /**
   * The bytes of a frame as they are in the data set, words in its byte order, compressed ones with the padding of their
   * last fragment. Frames of single bits that begin within a byte are moved to its beginning. Whoever opens a stream reads
   * it to its end or destroys it.
   * @param number the first is 1
   * @throws PermanentError FRAMES_UNREADABLE when there is no such frame
   */
  frame(number: number): Readable;
}

/**
 * Finds the frames of an image (PS3.5 section 8 and annex A.4) without reading them: plain ones by their size, compressed
 * ones by the Extended or the Basic Offset Table, or, where both are empty, by the fragments.
 * @throws PermanentError FRAMES_UNREADABLE when there are none, or they do not agree with the pixel data;
 *   DATA_SET_UNREADABLE, DOCUMENT_MISSING, NOT_A_STORAGE_REQUEST
 */
export async function readFrames(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<Frames> {
  const { document } = body;
  if (!document) throw noDataSet(body.type);
  return await framesOfTree(await treeOfDocument(document, documents), document, documents);
}

/** Finds the frames of an image whose elements have been read. @throws PermanentError FRAMES_UNREADABLE, DOCUMENT_MISSING */
export async function framesOfTree(
  tree: TreeItem,
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
): Promise<Frames> {
  const pixels =
    tree.elements.get(pixelData) ??
    tree.elements.get(floatPixelData) ??
    tree.elements.get(doublePixelData);
  if (!pixels) throw framesUnreadable('the data set has no pixel data');
  const numberOfFrames = numberAt(tree, 0x00280008) ?? 1;
  if (numberOfFrames < 1)
    throw framesUnreadable(`Number of Frames (0028,0008) is ${numberOfFrames}`);
  const chunks = (start: number, length: number) =>
    chunksOfDataSet(document, documents, start, length);

  if (!pixels.fragments) {
    const native = nativeFrames(tree, pixels, numberOfFrames);
    return {
      numberOfFrames,
      isEncapsulated: false,
      frame(number) {
        const { start, length, shift, bits } = native(checkNumber(number, numberOfFrames) - 1);
        return Readable.from(shifted(chunks(start, length), shift, bits));
      },
    };
  }
  const frames = await fragmentsOfFrames(tree, pixels.fragments, numberOfFrames, chunks);
  return {
    numberOfFrames,
    isEncapsulated: true,
    frame(number) {
      const fragments = frames[checkNumber(number, numberOfFrames) - 1]!;
      return Readable.from(joined(fragments.map(({ start, length }) => chunks(start, length))));
    },
  };
}

const pixelData = 0x7fe00010;
const floatPixelData = 0x7fe00008;
const doublePixelData = 0x7fe00009;

function checkNumber(number: number, numberOfFrames: number): number {
  if (Number.isInteger(number) && number >= 1 && number <= numberOfFrames) return number;
  throw framesUnreadable(`frame ${number} is asked for, and there are 1 to ${numberOfFrames}`);
}

async function* joined(parts: readonly AsyncIterable<Buffer>[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* part;
}
