import { buffer } from 'node:stream/consumers';
import { EngineError } from '@consort/core';
import { isLargeValue, type DataValues } from '@consort/dicom';

const largest = 64 * 1024 * 1024;

/**
 * The pixel data of an image that is recorded: a pattern of the same shape, or its own.
 * @returns elements to add; none for an object without pixel data
 * @throws EngineError USAGE where its own cannot be kept
 */
export async function pixelsFor(
  values: DataValues,
  keeping: 'own' | 'pattern',
  isCompressed: boolean,
): Promise<DataValues> {
  const own = values['PixelData'];
  if (own === undefined || own === null) return {};
  if (keeping === 'own') {
    if (isCompressed) throw cannotKeep('its pixel data is compressed');
    if (!isLargeValue(own)) return { PixelData: own };
    if (own.length > largest) throw cannotKeep('it has more than 64 MiB of pixel data');
    return { PixelData: await buffer(own.stream()) };
  }
  const number = (keyword: string, otherwise: number) => {
    const value = values[keyword];
    return typeof value === 'number' && value > 0 ? value : otherwise;
  };
  const samples = number('SamplesPerPixel', 1);
  const frame = Math.ceil(
    (number('Rows', 1) * number('Columns', 1) * samples * number('BitsAllocated', 8)) / 8,
  );
  if (frame > largest) throw cannotKeep('one frame of it has more than 64 MiB', 'recorded');
  const frames = Math.min(number('NumberOfFrames', 1), Math.floor(largest / frame));
  const length = frame * frames;
  // PS3.5 section 7.1.1: even.
  const pattern = Buffer.alloc(length + (length % 2));
  for (let at = 0; at < length; at++) pattern[at] = (at * 7) & 0x7f;
  return {
    PixelData: pattern,
    ...('NumberOfFrames' in values && { NumberOfFrames: frames }),
    // Of a compressed image the pattern is not: PS3.3 section C.7.6.3.1.2.
    ...(isCompressed && samples === 3 && { PhotometricInterpretation: 'RGB' }),
  };
}

function cannotKeep(why: string, what = 'kept'): EngineError {
  return new EngineError('USAGE', `an image of the session cannot be ${what} as it is: ${why}`);
}
