import { pipeline } from 'node:stream/promises';
import { createDeflateRaw } from 'node:zlib';
import type { Document, DocumentStore } from '@consort/core';
import type { Codecs } from '../codecs/codecs.ts';
import { FrameUnfit } from '../codecs/frame-unfit.ts';
import { openDataSet } from '../data-set/chunks-of-data-set.ts';
import { encodeHead } from '../data-set/encode-element.ts';
import type { TreeItem } from '../data-set/element-tree.ts';
import { treeOfDocument } from '../data-set/read-data-set.ts';
import { photometricInterpretationOf } from '../codecs/image-of-tree.ts';
import { documentBytes } from '../document-bytes.ts';
import { encodingOf, transferSyntaxes } from '../transfer-syntaxes.ts';
import { framesToTranscode, type FramesToTranscode } from './frames-to-transcode.ts';
import { lossyElements, padded, type WrittenElement } from './lossy-elements.ts';
import {
  encapsulatedPixelData,
  plainPixelData,
  sizeOfPixelData,
  type FrameReader,
} from './pixel-data.ts';
import { reEncoded, type Replacement } from './re-encode.ts';
import { notTranscoded } from './transcoding-errors.ts';

/**
 * Writes a stored data set in another transfer syntax (PS3.5 annex A, section 8.2): plain pixels, or compressed without
 * loss. It is written as it is read; of the pixels, a frame is in memory at a time. The SOP Instance UID stays, for
 * nothing is lost. When the promise resolves the first frame has been coded; bytes come as they are asked for.
 * @param to a transfer syntax of the standard
 * @throws PermanentError NOT_TRANSCODED, DATA_SET_UNREADABLE, FRAMES_UNREADABLE, DOCUMENT_MISSING; also in place of the end
 */
export async function transcode(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  to: string,
  codecs: Codecs,
): Promise<AsyncGenerator<Buffer>> {
  const from = document.transferSyntaxUid;
  const unfit = (error: unknown, number: number) =>
    error instanceof FrameUnfit
      ? notTranscoded(from, to, `frame ${number} ${error.message}`)
      : error;
  const source = transferSyntaxes.get(from);
  if (!source || source.family === 'referenced') {
    throw notTranscoded(from, to, 'it is not known how the former encodes pixel data');
  }
  // All of it is read for this once before: bytes that are not those received are not sent on.
  for await (const _ of documentBytes(document, documents));
  const tree = await treeOfDocument(document, documents);
  const pixels = tree.elements.get(pixelData);
  const isEncapsulated = transferSyntaxes.get(to)?.isEncapsulated === true;
  if (isEncapsulated && !pixels) throw notTranscoded(from, to, 'it has no pixel data to compress');
  if (hasCompressedItem(tree)) {
    throw notTranscoded(from, to, 'a picture in one of its sequences is compressed as well');
  }
  if (!pixels?.fragments && !isEncapsulated) return written(document, documents, to, new Map());
  try {
    const frames = await framesToTranscode(tree, document, documents, to, codecs);
    const first = await frames.coded(1);
    const frame: FrameReader = async (number) => {
      if (number === 1) return first;
      return frames.coded(number).catch((error: unknown) => {
        throw unfit(error, number);
      });
    };
    return written(document, documents, to, replacementsFor(tree, from, to, frames, frame));
  } catch (error) {
    throw unfit(error, 1);
  }
}

const pixelData = 0x7fe00010;
/** Extended Offset Table, its lengths, and the length of all: they are of the fragments there were. */
const tablesOfFragments = [0x7fe00001, 0x7fe00002, 0x7fe00003];

/** Fragments in an item of a sequence, an Icon Image Sequence say. */
function hasCompressedItem(item: TreeItem): boolean {
  return [...item.elements.values()].some(({ items }) =>
    items?.some(
      (inner) =>
        [...inner.elements.values()].some(({ fragments }) => fragments !== undefined) ||
        hasCompressedItem(inner),
    ),
  );
}

function replacementsFor(
  tree: TreeItem,
  from: string,
  to: string,
  frames: FramesToTranscode,
  frame: FrameReader,
): ReadonlyMap<number, Replacement> {
  const encoding = encodingOf(to);
  const { image, photometricInterpretation, isLossy } = frames;
  const elements: WrittenElement[] = [];
  if (image.samples > 1) {
    const planarConfiguration = Buffer.alloc(2); // 0: colour by pixel, in either order of bytes.
    elements.push({ tag: 0x00280006, vr: 'US', value: planarConfiguration });
  }
  if (photometricInterpretation !== photometricInterpretationOf(tree)) {
    elements.push({ tag: 0x00280004, vr: 'CS', value: padded(photometricInterpretation) });
  }
  if (isLossy) {
    const fragments = tree.elements.get(pixelData)?.fragments ?? [];
    const compressed = fragments.reduce((sum, { length }) => sum + length, 0);
    elements.push(...lossyElements(tree, from, sizeOfPixelData(frames) / compressed));
  }
  const isEncapsulated = transferSyntaxes.get(to)?.isEncapsulated === true;
  if (!isEncapsulated) sizeOfPixelData(frames);
  const write = isEncapsulated ? encapsulatedPixelData : plainPixelData;
  return new Map<number, Replacement>([
    ...tablesOfFragments.map((tag) => [tag, 'nothing'] as const),
    ...elements.map(
      ({ tag, vr, value }) =>
        [tag, () => [encodeHead(tag, vr, value.length, encoding), value]] as const,
    ),
    [pixelData, () => write(frames, frame, encoding)],
  ]);
}

async function* written(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  to: string,
  replacements: ReadonlyMap<number, Replacement>,
): AsyncGenerator<Buffer> {
  await using source = await openDataSet(document, documents);
  const encoding = encodingOf(to);
  const bytes = reEncoded(source, encodingOf(document.transferSyntaxUid), encoding, replacements);
  if (!encoding.isDeflated) {
    yield* bytes;
    return;
  }
  const deflate = createDeflateRaw();
  // What ends it early is thrown by the reading side.
  pipeline(bytes, deflate).catch(() => undefined);
  let size = 0;
  for await (const piece of deflate as AsyncIterable<Buffer>) {
    size += piece.length;
    yield piece;
  }
  // PS3.5 section A.5: padded to an even length.
  if (size % 2 === 1) yield Buffer.alloc(1);
}
