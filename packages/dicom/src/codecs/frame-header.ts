import type { FrameImage } from './frame-image.ts';
import { FrameUnfit } from './frame-unfit.ts';
import type { Codec } from './which-codec.ts';

/** What a compressed frame says of itself. */
export interface FrameHeader {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** Whether its coding may have lost something. */
  readonly isLossy: boolean;
  /** Whether it is decoded plane by plane: JPEG-LS without interleaving. */
  readonly isPlanar: boolean;
}

/**
 * Reads what a compressed frame says of itself, and holds it against its data set: a decoder believes the frame, and
 * would read and write beyond what the other has.
 * @throws FrameUnfit when it cannot be read, or the two do not agree
 */
export function readFrameHeader(codec: Codec, frame: Buffer, image: FrameImage): FrameHeader {
  const header =
    codec === 'rle'
      ? rleHeader(frame, image)
      : codec === 'jpeg' || codec === 'jpegLs'
        ? jpegHeader(frame)
        : jpeg2000Header(frame);
  if (!header) throw new FrameUnfit(`does not begin as one of its transfer syntax does`);
  // CharLS may look for it without end; a maker pads a frame behind it.
  if (codec === 'jpegLs' && !frame.subarray(-16).includes(endOfImage)) {
    throw new FrameUnfit('is cut off: it has no end of image');
  }
  const { rows, columns, components, precision } = header;
  if (rows !== image.rows || columns !== image.columns || components !== image.samples) {
    throw new FrameUnfit(
      `is of ${columns} x ${rows} pixels of ${components} samples, and its data set says ${image.columns} x ${image.rows} of ${image.samples}`,
    );
  }
  if (precision < 1 || precision > image.bitsAllocated) {
    throw new FrameUnfit(
      `has ${precision} bits in a sample, and Bits Allocated (0028,0100) is ${image.bitsAllocated}`,
    );
  }
  return header;
}

/** PS3.5 section G.5: the number of segments, and where each begins; one for each byte of a pixel. */
function rleHeader(frame: Buffer, image: FrameImage): FrameHeader | undefined {
  const { rows, columns, samples, bitsAllocated } = image;
  const segments = samples * (bitsAllocated / 8);
  if (frame.length < 64 || frame.readUInt32LE(0) !== segments || segments > 15) return undefined;
  for (let index = 0, last = 63; index < segments; index += 1) {
    const offset = frame.readUInt32LE(4 + 4 * index);
    if (offset <= last || offset >= frame.length) return undefined;
    last = offset;
  }
  const precision = bitsAllocated;
  return { rows, columns, components: samples, precision, isLossy: false, isPlanar: false };
}

/** ISO/IEC 10918-1 section B.2, ISO/IEC 14495-1 section C.2: segments with a marker and a length each, up to the first scan. */
function jpegHeader(frame: Buffer): FrameHeader | undefined {
  if (frame.length < 4 || frame.readUInt16BE(0) !== 0xffd8) return undefined;
  let found: Omit<FrameHeader, 'isLossy' | 'isPlanar'> | undefined;
  let startOfFrame = 0;
  for (let at = 2; at + 4 <= frame.length;) {
    const marker = frame.readUInt16BE(at);
    // Fill bytes may stand before a marker.
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    if (marker < 0xffc0) return undefined;
    const length = frame.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > frame.length) return undefined;
    if (isStartOfFrame(marker) && length >= 8) {
      startOfFrame = marker;
      found = {
        precision: frame[at + 4]!,
        rows: frame.readUInt16BE(at + 5),
        columns: frame.readUInt16BE(at + 7),
        components: frame[at + 9]!,
      };
    }
    if (marker === startOfScan) {
      // Near and the interleave mode follow the components of the scan.
      const parameters = at + 5 + 2 * frame[at + 4]!;
      if (!found || parameters + 2 > at + 2 + length) return undefined;
      const isJpegLs = startOfFrame === startOfJpegLs;
      const isLossless = isJpegLs ? frame[parameters] === 0 : losslessFrames.has(startOfFrame);
      const isPlanar = isJpegLs && frame[parameters + 1] === 0 && found.components > 1;
      return { ...found, isLossy: !isLossless, isPlanar };
    }
    at += 2 + length;
  }
  return undefined;
}

const endOfImage = Buffer.of(0xff, 0xd9);
const startOfScan = 0xffda;
const startOfJpegLs = 0xfff7;
const losslessFrames = new Set([0xffc3, 0xffc7, 0xffcb, 0xffcf]);

function isStartOfFrame(marker: number): boolean {
  const isTable = marker === 0xffc4 || marker === 0xffc8 || marker === 0xffcc;
  return (marker >= 0xffc0 && marker <= 0xffcf && !isTable) || marker === startOfJpegLs;
}

/** ISO/IEC 15444-1 annex A: the SIZ segment, which is the first, and COD, whose last byte but precincts is the transform. */
function jpeg2000Header(frame: Buffer): FrameHeader | undefined {
  const start = frame.readUInt16BE(0) === 0xff4f ? 0 : codestreamInFile(frame);
  if (start < 0 || start + 45 > frame.length) return undefined;
  const siz = start + 4;
  const long = (offset: number) => frame.readUInt32BE(siz + offset);
  const components = frame.readUInt16BE(siz + 36);
  const ends = siz + 38 + 3 * components;
  if (components === 0 || ends > frame.length) return undefined;
  const first = frame[siz + 38]!;
  for (let at = siz + 38; at < ends; at += 3) {
    const isLikeFirst = frame[at] === first && frame[at + 1] === 1 && frame[at + 2] === 1;
    if (!isLikeFirst) throw new FrameUnfit('has components of different sizes');
  }
  return {
    columns: long(4) - long(12),
    rows: long(8) - long(16),
    components,
    precision: (first & 0x7f) + 1,
    isLossy: !isReversible(frame, ends),
    isPlanar: false,
  };
}

/** The codestream in the boxes of a JP2 file, in which some makers wrap it. */
function codestreamInFile(frame: Buffer): number {
  if (frame.readUInt32BE(0) !== 12) return -1;
  return frame.subarray(0, 64 * 1024).indexOf(Buffer.of(0xff, 0x4f, 0xff, 0x51));
}

/** Whether the wavelet transform is the 5-3 reversible one (table A.20). */
function isReversible(frame: Buffer, start: number): boolean {
  for (let at = start; at + 14 <= frame.length;) {
    const marker = frame.readUInt16BE(at);
    if (marker === 0xff52) return frame[at + 13] === 1;
    if (marker === 0xff90 || marker < 0xff00) return false;
    at += 2 + frame.readUInt16BE(at + 2);
  }
  return false;
}
