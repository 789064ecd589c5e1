import type { Document, DocumentStore } from '@consort/core';
import type { FrameJob } from '../codecs/code-frame.ts';
import { byPixel } from '../codecs/code-frame.ts';
import type { Codecs } from '../codecs/codecs.ts';
import { readFrameHeader } from '../codecs/frame-header.ts';
import { sizeOfFrame, type FrameImage } from '../codecs/frame-image.ts';
import { FrameUnfit } from '../codecs/frame-unfit.ts';
import { imageOfTree, photometricInterpretationOf } from '../codecs/image-of-tree.ts';
import { readFrame } from '../codecs/read-frame.ts';
import { decoderFor, encoderFor } from '../codecs/which-codec.ts';
import type { TreeItem } from '../data-set/element-tree.ts';
import { framesOfTree } from '../frames/read-frames.ts';
import { numberAt } from '../frames/number-at.ts';
import { encodingOf, transferSyntaxes } from '../transfer-syntaxes.ts';

/** The frames of an image on their way into another transfer syntax. */
export interface FramesToTranscode {
  readonly image: FrameImage;
  readonly numberOfFrames: number;
  /** What Photometric Interpretation is afterwards. */
  readonly photometricInterpretation: string;
  /** Whether the pixels have lost something when they were compressed. */
  readonly isLossy: boolean;
  /** The frame in the other transfer syntax; the first is 1. @throws FrameUnfit, and as `Frames.frame` */
  coded(number: number): Promise<Buffer>;
}

/**
 * Gets ready to decode or encode the frames of a data set, one at a time. What comes out of a decoder is colour by pixel;
 * YCbCr of lossy JPEG becomes RGB (PS3.5 section 8.2.1), and so does that of JPEG 2000, whose decoder undoes its own
 * transform (PS3.5 section 8.2.4). Everything else keeps its Photometric Interpretation.
 * @throws FrameUnfit where no codec of ours does it; PermanentError FRAMES_UNREADABLE
 */
export async function framesToTranscode(
  tree: TreeItem,
  document: Document,
  documents: Pick<DocumentStore, 'open'>,
  to: string,
  codecs: Codecs,
): Promise<FramesToTranscode> {
  const image = imageOfTree(tree);
  const frames = await framesOfTree(tree, document, documents);
  const interpretation = photometricInterpretationOf(tree);
  const { numberOfFrames } = frames;
  const isDecoded = frames.isEncapsulated;
  const isEncoded = transferSyntaxes.get(to)?.isEncapsulated === true;
  const from = document.transferSyntaxUid;
  const decoder = isDecoded ? decoderFor(from) : undefined;
  const encoder = isEncoded ? encoderFor(to) : undefined;
  if (isDecoded && !decoder)
    throw new FrameUnfit('is in a transfer syntax that is not decoded here');
  if (isEncoded && !encoder)
    throw new FrameUnfit('would be in a transfer syntax that is not encoded here');
  const header = decoder && readFrameHeader(decoder, await readFrame(frames, 1), image);
  const isLossy = header?.isLossy === true;
  const isYbr = interpretation === 'YBR_FULL' || interpretation === 'YBR_FULL_422';
  const becomesRgb =
    (decoder === 'jpeg' && isLossy && isYbr) ||
    interpretation === 'YBR_ICT' ||
    interpretation === 'YBR_RCT';
  if (!isDecoded && (interpretation.includes('_42') || interpretation === 'YBR_ICT')) {
    throw new FrameUnfit(`has plain pixels in ${interpretation}, which are not encoded here`);
  }
  const isSwapped = !isDecoded && isInOtherOrder(tree, from);
  if (isSwapped && sizeOfFrame(image) % 2 === 1) throw new FrameUnfit('ends within a word');
  const isByPlane = !isDecoded && image.samples > 1 && numberAt(tree, 0x00280006) === 1;
  const jobs: readonly FrameJob[] = [
    ...(decoder
      ? [
          {
            work: 'decode',
            codec: decoder,
            image,
            colors: becomesRgb ? 'to RGB' : 'as they are',
          } as const,
        ]
      : []),
    ...(encoder ? [{ work: 'encode', codec: encoder, image, colors: 'as they are' } as const] : []),
  ];
  return {
    image,
    numberOfFrames,
    photometricInterpretation: becomesRgb ? 'RGB' : interpretation,
    isLossy,
    async coded(number) {
      let bytes = await readFrame(frames, number);
      if (isSwapped) bytes.swap16();
      if (isByPlane) bytes = byPixel(bytes, image.samples, image.bitsAllocated / 8);
      for (const job of jobs) bytes = await codecs.code(job, bytes);
      return bytes;
    },
  };
}

/** Words of plain pixels in big endian order (PS3.5 section 7.3). */
export function isInOtherOrder(tree: TreeItem, transferSyntaxUid: string): boolean {
  return encodingOf(transferSyntaxUid).isBigEndian && tree.elements.get(0x7fe00010)?.vr !== 'OB';
}
