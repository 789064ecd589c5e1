import { buffer } from 'node:stream/consumers';
import { PermanentError, type Document, type DocumentStore } from '@consort/core';
import { byPixel } from '../codecs/code-frame.ts';
import { openCodecs } from '../codecs/codecs.ts';
import { readFrameHeader } from '../codecs/frame-header.ts';
import type { FrameImage } from '../codecs/frame-image.ts';
import { FrameUnfit } from '../codecs/frame-unfit.ts';
import { imageOfTree, photometricInterpretationOf } from '../codecs/image-of-tree.ts';
import { readFrame } from '../codecs/read-frame.ts';
import { decoderFor } from '../codecs/which-codec.ts';
import { chunksOfDataSet } from '../data-set/chunks-of-data-set.ts';
import type { TreeItem } from '../data-set/element-tree.ts';
import { treeOfDocument } from '../data-set/read-data-set.ts';
import { numberAt } from '../frames/number-at.ts';
import { framesOfTree } from '../frames/read-frames.ts';
import { isInOtherOrder } from '../transcoding/frames-to-transcode.ts';
import { transferSyntaxes } from '../transfer-syntaxes.ts';
import { unfolded422, unpackedBits } from './plain-cells.ts';
import { viewOfTree } from './view-of-tree.ts';

/** How a frame is to be shown. */
export interface RenderOptions {
  /** With `windowWidth`: which values become gray, in place of what the image says (PS3.3 section C.11.2.1.2). */
  readonly windowCenter?: number | undefined;
  readonly windowWidth?: number | undefined;
  /** Pixels of the longer side: 1024 by default, 2048 at most. A smaller frame is not made larger. */
  readonly maxSize?: number | undefined;
}

/** Draws frames on a thread of its own, one after the other. */
export interface Renderer {
  /**
   * Draws a frame as PNG of 8 bits, gray or RGB. Pixels are taken for square; overlays and burned-in annotation are not
   * looked at.
   * @param number the first is 1
   * @throws PermanentError FRAME_NOT_DRAWN, with why; FRAMES_UNREADABLE when there is no such frame;
   *   DATA_SET_UNREADABLE, DOCUMENT_MISSING
   */
  renderFrame(
    document: Document,
    documents: Pick<DocumentStore, 'open'>,
    number: number,
    options?: RenderOptions,
  ): Promise<Buffer>;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** Makes a renderer. Its thread begins with the first frame, and ends after 30 seconds without one. */
export function openRenderer(): Renderer {
  const codecs = openCodecs();
  return {
    async renderFrame(document, documents, number, options = {}) {
      try {
        const { job, frame } = await prepared(document, documents, number, options);
        return await codecs.code(job, frame);
      } catch (error) {
        if (!(error instanceof FrameUnfit)) throw error;
        throw notDrawn(document.transferSyntaxUid, number, error.message);
      }
    },
    close: () => codecs.close(),
  };
}

const largestSize = 2048;

async function prepared(
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  number: number,
  { windowCenter, windowWidth, maxSize = 1024 }: RenderOptions,
) {
  const { transferSyntaxUid } = document;
  const tree = await treeOfDocument(document, documents);
  if (!tree.elements.has(pixelData)) throw new FrameUnfit('is not there: it has no Pixel Data');
  const frames = await framesOfTree(tree, document, documents);
  const codec = frames.isEncapsulated ? decoderFor(transferSyntaxUid) : undefined;
  if (frames.isEncapsulated && !codec) {
    throw new FrameUnfit('is in a transfer syntax that is not decoded here');
  }
  const stored = await readFrame(frames, number);
  const isOfBits = numberAt(tree, 0x00280100) === 1 && !codec;
  const image = isOfBits ? imageOfBits(tree) : imageOfTree(tree);
  const interpretation = photometricInterpretationOf(tree);
  const isYbr = interpretation === 'YBR_FULL' || interpretation === 'YBR_FULL_422';
  const isLossyJpeg = codec === 'jpeg' && readFrameHeader(codec, stored, image).isLossy;
  const becomesRgb =
    (isLossyJpeg && isYbr) || interpretation === 'YBR_ICT' || interpretation === 'YBR_RCT';
  const hasWindow = windowCenter !== undefined && windowWidth !== undefined && windowWidth > 0;
  const view = await viewOfTree(
    tree,
    number,
    image,
    {
      photometricInterpretation: becomesRgb ? 'RGB' : interpretation,
      maxSize: Math.min(Math.max(1, Math.floor(maxSize)), largestSize),
      window: hasWindow ? { center: windowCenter, width: windowWidth, shape: 'LINEAR' } : undefined,
    },
    ({ start, length }) => buffer(chunksOfDataSet(document, documents, start, length)),
  );
  const frame = codec ? stored : plainCells(stored, tree, image, transferSyntaxUid);
  const colors = becomesRgb ? ('to RGB' as const) : ('as they are' as const);
  return { job: { work: 'draw' as const, codec, image, colors, view }, frame };
}

const pixelData = 0x7fe00010;

/** Plain pixels as all of them are drawn: in little endian order, a cell of bytes each, colour by pixel. */
function plainCells(
  stored: Buffer,
  tree: TreeItem,
  image: FrameImage,
  transferSyntaxUid: string,
): Buffer {
  if (numberAt(tree, 0x00280100) === 1) return unpackedBits(stored, image.rows * image.columns);
  if (isInOtherOrder(tree, transferSyntaxUid)) {
    stored.subarray(0, stored.length - (stored.length % 2)).swap16();
  }
  if (photometricInterpretationOf(tree) === 'YBR_FULL_422') return unfolded422(stored);
  const isByPlane = image.samples > 1 && numberAt(tree, 0x00280006) === 1;
  return isByPlane ? byPixel(stored, image.samples, image.bitsAllocated / 8) : stored;
}

/** A frame of single bits, each made a byte. */
function imageOfBits(tree: TreeItem): FrameImage {
  const [rows, columns] = [numberAt(tree, 0x00280010) ?? 0, numberAt(tree, 0x00280011) ?? 0];
  return { rows, columns, samples: 1, bitsAllocated: 8, bitsStored: 1, isSigned: false };
}

function notDrawn(transferSyntaxUid: string, number: number, why: string): PermanentError {
  const name = transferSyntaxes.get(transferSyntaxUid)?.name ?? transferSyntaxUid;
  return new PermanentError(
    'FRAME_NOT_DRAWN',
    `frame ${number} of an image in ${name} cannot be drawn: it ${why}; look at it with another viewer`,
  );
}
