import type { FrameImage } from '../codecs/frame-image.ts';
import type { FrameView, Lut, ViewWindow } from './frame-view.ts';

/** Makes the gray of a pixel, 0 to 255, of its stored value. */
export function grayOf(
  values: ArrayLike<number>,
  view: FrameView,
  { bitsStored, isSigned }: FrameImage,
): (value: number) => number {
  const { modality, voi, photometricInterpretation } = view;
  const rescaled =
    'entries' in modality
      ? (value: number) => entryOf(modality, value)
      : (value: number) => value * modality.slope + modality.intercept;
  const shade =
    voi && 'entries' in voi ? lutShade(voi) : windowShade(voi ?? widest(values, view, rescaled));
  const isInverse = photometricInterpretation === 'MONOCHROME1';
  const gray = (value: number) => {
    const light = Math.round(Math.min(1, Math.max(0, shade(rescaled(value)))) * 255);
    return isInverse ? 255 - light : light;
  };
  if (bitsStored > 16) return gray;
  const least = isSigned ? -(2 ** (bitsStored - 1)) : 0;
  const table = Uint8Array.from({ length: 2 ** bitsStored }, (_, index) => gray(index + least));
  return (value) => table[value - least]!;
}

/** The entry for a value. */
export function entryOf({ first, entries }: Lut, value: number): number {
  return entries[Math.min(Math.max(Math.round(value) - first, 0), entries.length - 1)]!;
}

function lutShade(lut: Lut): (value: number) => number {
  const most = 2 ** lut.bits - 1;
  return (value) => entryOf(lut, value) / most;
}

/** PS3.3 sections C.11.2.1.2.1 and C.11.2.1.3. */
function windowShade({ center, width, shape }: ViewWindow): (value: number) => number {
  if (shape === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (shape === 'LINEAR_EXACT') return (value) => (value - center) / width + 0.5;
  // Of a width of 1 everything is black or white.
  const span = Math.max(width - 1, Number.EPSILON);
  return (value) => (value - (center - 0.5)) / span + 0.5;
}

function widest(
  values: ArrayLike<number>,
  { padding }: FrameView,
  rescaled: (value: number) => number,
): ViewWindow {
  let [least, greatest] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (value === padding) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (least > greatest) [least, greatest] = [0, 0];
  const [one, other] = [rescaled(least), rescaled(greatest)];
  const width = Math.abs(other - one) || 1;
  return { center: (one + other) / 2, width, shape: 'LINEAR_EXACT' };
}
