import { drawFrame } from '../rendering/draw-frame.ts';
import type { FrameView } from '../rendering/frame-view.ts';
import type { CodecModule } from './codec-module.ts';
import { readFrameHeader } from './frame-header.ts';
import { largestFrame, sizeOfFrame, type FrameImage } from './frame-image.ts';
import { FrameUnfit } from './frame-unfit.ts';
import type { Codec } from './which-codec.ts';

interface JobOfFrame {
  readonly image: FrameImage;
  /** Whether a JPEG frame of YCbCr becomes RGB, or stays what it is. */
  readonly colors: 'to RGB' | 'as they are';
}

/** A frame to decode or to encode. */
export interface CodingJob extends JobOfFrame {
  readonly work: 'decode' | 'encode';
  readonly codec: Codec;
}

/** A frame to draw, which is decoded first if it has to be. */
export interface DrawingJob extends JobOfFrame {
  readonly work: 'draw';
  readonly codec: Codec | undefined;
  readonly view: FrameView;
}

export type FrameJob = CodingJob | DrawingJob;

/**
 * Decodes a frame to plain pixels in little endian order, colour by pixel; or encodes such a frame, and makes sure that it
 * comes back as it was; or draws one as PNG.
 * @throws FrameUnfit; anything else is the module's, which is not to be called again
 */
export function codeFrame(module: CodecModule, job: FrameJob, frame: Buffer): Buffer {
  const { image } = job;
  if (frame.length > largestFrame || sizeOfFrame(image) > largestFrame) {
    throw new FrameUnfit(`is larger than ${largestFrame / 1024 / 1024} MiB`);
  }
  if (job.work === 'draw') {
    const { codec, colors, view } = job;
    const decoded = codec && decode(module, { work: 'decode', codec, colors, image }, frame);
    return drawFrame(decoded ?? frame, image, view);
  }
  if (job.work === 'decode') return decode(module, job, frame);
  const encoded = encode(module, job, frame);
  const again = decode(module, { ...job, colors: 'as they are' }, encoded);
  if (again.equals(frame)) return encoded;
  throw new FrameUnfit('does not come back as it was, so it would lose something');
}

function decode(module: CodecModule, { codec, image, colors }: CodingJob, frame: Buffer): Buffer {
  const { precision, isPlanar } = readFrameHeader(codec, frame, image);
  const { samples, bitsAllocated } = image;
  // These write 8 bits of a sample of colour, whatever it has.
  if (codec.endsWith('2000') && samples > 1 && precision > 8) {
    throw new FrameUnfit(`has ${precision} bits in a sample of colour, of which 8 are read`);
  }
  const width = codec === 'rle' ? bitsAllocated / 8 : precision > 8 ? 2 : 1;
  const parameters = module.call('CreateDecoderParameters');
  module.call('SetConvertColorspaceToRgb', parameters, colors === 'to RGB' ? 1 : 0);
  const context = contextOf(module, { ...image, bitsAllocated: width * 8 });
  put(module, context, 'Encoded', frame);
  module.call(decoders[codec], context, parameters);
  const pixels = taken(module, context, 'Decoded');
  module.call('ReleaseDecoderParameters', parameters);
  module.call('ReleaseCodecsContext', context);
  const size = sizeOfFrame({ ...image, bitsAllocated: width * 8 });
  if (pixels.length !== size) {
    throw new FrameUnfit(`has ${pixels.length} bytes once it is decoded, and needs ${size}`);
  }
  return inCells(isPlanar ? byPixel(pixels, samples, width) : pixels, width, codec, image);
}

function encode(module: CodecModule, { codec, image }: CodingJob, frame: Buffer): Buffer {
  if (frame.length !== sizeOfFrame(image)) throw new FrameUnfit('is not of its size');
  if (codec !== 'rle' && image.bitsAllocated > 16) {
    throw new FrameUnfit(
      `has ${image.bitsAllocated} bits in a sample, of which only RLE takes so many`,
    );
  }
  const parameters = module.call('CreateEncoderParameters');
  for (const [name, value] of Object.entries(losslessly)) {
    module.call(`Set${name}`, parameters, value);
  }
  const context = contextOf(module, { ...image, bitsStored: bitsEncoded(codec, image) });
  put(module, context, 'Decoded', frame);
  module.call(encoders[codec]!, context, parameters);
  const encoded = taken(module, context, 'Encoded');
  module.call('ReleaseEncoderParameters', parameters);
  module.call('ReleaseCodecsContext', context);
  return encoded;
}

const decoders: Readonly<Record<Codec, string>> = {
  rle: 'DecodeRle',
  jpeg: 'DecodeJpeg',
  jpegLs: 'DecodeJpegLs',
  jpeg2000: 'DecodeJpeg2000',
  htJpeg2000: 'DecodeHtJpeg2000',
};

const encoders: Readonly<Partial<Record<Codec, string>>> = {
  rle: 'EncodeRle',
  jpeg: 'EncodeJpeg',
  jpegLs: 'EncodeJpegLs',
  jpeg2000: 'EncodeJpeg2000',
};

const losslessly = {
  Lossy: 0,
  Quality: 100,
  SmoothingFactor: 0,
  SampleFactor: 0,
  // PS3.5 section 8.2.1: selection value 1 for .70, and as good as any for .57.
  Predictor: 1,
  PointTransform: 0,
  AllowedLossyError: 0,
  ProgressionOrder: 0,
  Rate: 20,
  // The photometric interpretation stays as it is.
  AllowMct: 0,
};

/** Bits of a sample as they are encoded: by them JPEG's encoder is chosen, whose samples are of 8 or 16 bits in memory. */
function bitsEncoded(codec: Codec, { bitsAllocated, bitsStored, isSigned }: FrameImage): number {
  if (codec !== 'jpeg') return bitsStored;
  if (bitsAllocated === 8) return 8;
  return isSigned ? 16 : Math.max(bitsStored, 9);
}

function contextOf(module: CodecModule, image: FrameImage): number {
  const context = module.call('CreateCodecsContext');
  const set = (name: string, value: number) => module.call(`Set${name}`, context, value);
  set('Columns', image.columns);
  set('Rows', image.rows);
  set('BitsAllocated', image.bitsAllocated);
  set('BitsStored', image.bitsStored);
  set('SamplesPerPixel', image.samples);
  set('PixelRepresentation', image.isSigned ? 1 : 0);
  set('PlanarConfiguration', 0);
  set('PhotometricInterpretation', image.samples === 1 ? monochrome2 : rgb);
  return context;
}

const monochrome2 = 1;
const rgb = 3;

function put(module: CodecModule, context: number, name: 'Encoded' | 'Decoded', bytes: Buffer) {
  module.call(`Set${name}BufferSize`, context, bytes.length);
  bytes.copy(module.memory(), module.call(`Get${name}Buffer`, context) >>> 0);
}

/** A copy of its own, which may be handed to another thread. */
function taken(module: CodecModule, context: number, name: 'Encoded' | 'Decoded'): Buffer {
  const start = module.call(`Get${name}Buffer`, context) >>> 0;
  const length = module.call(`Get${name}BufferSize`, context) >>> 0;
  const memory = module.memory();
  if (start + length > memory.length) throw new Error('the codec gave up');
  const bytes = Buffer.allocUnsafeSlow(length);
  memory.copy(bytes, 0, start, start + length);
  return bytes;
}

/** Colour by plane as colour by pixel (PS3.3 section C.7.6.3.1.3). @param width bytes of a sample */
export function byPixel(planes: Buffer, samples: number, width: number): Buffer {
  const pixels = Buffer.allocUnsafeSlow(planes.length);
  const count = planes.length / samples / width;
  let from = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    for (let pixel = 0; pixel < count; pixel += 1) {
      const to = (pixel * samples + sample) * width;
      for (let byte = 0; byte < width; byte += 1) pixels[to + byte] = planes[from++]!;
    }
  }
  return pixels;
}

/** Samples as wide as Bits Allocated says; negative ones of JPEG 2000, where they say less than they have, with their sign. */
function inCells(pixels: Buffer, width: number, codec: Codec, image: FrameImage): Buffer {
  const { bitsAllocated, bitsStored, isSigned } = image;
  const isNarrow = width * 8 < bitsAllocated;
  const wantsSign = codec.endsWith('2000') && isSigned && bitsStored < bitsAllocated;
  if (codec === 'rle' || bitsAllocated > 16 || (!isNarrow && !wantsSign)) return pixels;
  const bytes = bitsAllocated / 8;
  const cells = Buffer.allocUnsafeSlow((pixels.length / width) * bytes);
  const unused = 32 - (wantsSign ? bitsStored : width * 8);
  for (let from = 0, to = 0; from < pixels.length; from += width, to += bytes) {
    const value = width === 1 ? pixels[from]! : pixels.readUInt16LE(from);
    const cell = isSigned ? (value << unused) >> unused : value;
    if (bytes === 1) cells[to] = cell & 0xff;
    else cells.writeUInt16LE(cell & 0xffff, to);
  }
  return cells;
}
