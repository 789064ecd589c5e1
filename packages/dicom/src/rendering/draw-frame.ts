import type { FrameImage } from '../codecs/frame-image.ts';
import { FrameUnfit } from '../codecs/frame-unfit.ts';
import type { FrameView } from './frame-view.ts';
import { entryOf, grayOf } from './gray-table.ts';
import { encodePng } from './png.ts';

/**
 * Draws plain pixels, in little endian order and colour by pixel, as PNG of 8 bits.
 * @throws FrameUnfit for a Photometric Interpretation (PS3.3 section C.7.6.3.1.2) that is not drawn
 */
export function drawFrame(pixels: Buffer, image: FrameImage, view: FrameView): Buffer {
  const { samples } = image;
  const values = storedValues(pixels, image, view);
  const colour = colourOf(values, image, view);
  const { rows, columns } = image;
  const scale = Math.min(1, view.maxSize / Math.max(rows, columns));
  const width = Math.max(1, Math.round(columns * scale));
  const height = Math.max(1, Math.round(rows * scale));
  const channels = colour.length as 1 | 3;
  const bytes = Buffer.alloc(width * height * channels);
  // Each pixel of the picture is the mean of those it stands for.
  for (let y = 0, at = 0; y < height; y += 1) {
    const [top, bottom] = [Math.floor((y * rows) / height), Math.floor(((y + 1) * rows) / height)];
    for (let x = 0; x < width; x += 1, at += channels) {
      const left = Math.floor((x * columns) / width);
      const right = Math.floor(((x + 1) * columns) / width);
      const count = (bottom - top) * (right - left);
      for (let channel = 0; channel < channels; channel += 1) {
        const lightOf = colour[channel]!;
        let sum = 0;
        for (let row = top; row < bottom; row += 1) {
          for (let column = left; column < right; column += 1) {
            sum += lightOf((row * columns + column) * samples);
          }
        }
        bytes[at + channel] = sum / count + 0.5;
      }
    }
  }
  return encodePng({ width, height, samples: channels, bytes });
}

/** Of the index of a pixel's first sample: its gray, or its red, green and blue. */
type Lights = readonly ((index: number) => number)[];

function colourOf(values: Int32Array | Uint32Array, image: FrameImage, view: FrameView): Lights {
  const { photometricInterpretation: interpretation, palette } = view;
  const { samples, bitsStored } = image;
  if (samples === 1 && interpretation.startsWith('MONOCHROME')) {
    const gray = grayOf(values, view, image);
    return [(index) => gray(values[index]!)];
  }
  if (samples === 1 && palette) {
    return palette.map((lut) => {
      const shift = Math.max(0, lut.bits - 8);
      return (index: number) => entryOf(lut, values[index]!) >>> shift;
    });
  }
  const eight = (index: number) => values[index]! / 2 ** (bitsStored - 8);
  if (samples === 3 && interpretation === 'RGB') {
    return [eight, (index) => eight(index + 1), (index) => eight(index + 2)];
  }
  if (samples === 3 && interpretation.startsWith('YBR_FULL')) {
    // PS3.3 section C.7.6.3.1.2.
    const [cb, cr] = [
      (index: number) => eight(index + 1) - 128,
      (index: number) => eight(index + 2) - 128,
    ];
    return [
      (index) => clamped(eight(index) + 1.402 * cr(index)),
      (index) => clamped(eight(index) - 0.344136 * cb(index) - 0.714136 * cr(index)),
      (index) => clamped(eight(index) + 1.772 * cb(index)),
    ];
  }
  throw new FrameUnfit(
    `has ${samples} samples in a pixel and a Photometric Interpretation (0028,0004) that is not drawn`,
  );
}

function clamped(light: number): number {
  return Math.min(255, Math.max(0, light));
}

/** The bits that are stored, with their sign (PS3.5 section 8.1.1). */
function storedValues(
  pixels: Buffer,
  { bitsAllocated, bitsStored, isSigned }: FrameImage,
  { highBit }: FrameView,
): Int32Array | Uint32Array {
  const width = bitsAllocated / 8;
  const count = pixels.length / width;
  const low = Math.max(0, highBit + 1 - bitsStored);
  const unused = 32 - bitsStored;
  const values = isSigned ? new Int32Array(count) : new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    const at = index * width;
    // Millions of times: a call for each byte would be most of it.
    const whole =
      width === 1
        ? pixels[at]!
        : width === 2
          ? pixels[at]! | (pixels[at + 1]! << 8)
          : pixels.readUIntLE(at, width);
    const cell = (whole >>> low) << unused;
    values[index] = isSigned ? cell >> unused : cell >>> unused;
  }
  return values;
}
