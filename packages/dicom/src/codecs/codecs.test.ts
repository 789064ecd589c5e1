import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CodingJob } from './code-frame.ts';
import { openCodecs, type Codecs } from './codecs.ts';
import { sizeOfFrame } from './frame-image.ts';
import type { Codec } from './which-codec.ts';

// Others may keep the machine busy.
vi.setConfig({ testTimeout: 600_000 });

const image = {
  rows: 33,
  columns: 47,
  samples: 1,
  bitsAllocated: 16,
  bitsStored: 12,
  isSigned: false,
};
const job = (work: CodingJob['work'], codec: Codec, of = image): CodingJob => ({
  work,
  codec,
  image: of,
  colors: 'as they are',
});

/** A frame of 16 bits, neither flat nor noise. */
function pixels(of = image): Buffer {
  const frame = Buffer.alloc(sizeOfFrame(of));
  for (let at = 0; at < frame.length / 2; at += 1) frame.writeUInt16LE((at * at) & 0xfff, at * 2);
  return frame;
}

let codecs: Codecs;

beforeEach(() => {
  codecs = openCodecs();
});

afterEach(() => codecs.close());

const all: readonly Codec[] = ['rle', 'jpeg', 'jpegLs', 'jpeg2000'];

describe.each(all)('the codec %s', (codec) => {
  it('gives back the frame it was given', async () => {
    const encoded = await codecs.code(job('encode', codec), pixels());
    expect(encoded.length).not.toBe(pixels().length);
    expect(await codecs.code(job('decode', codec), encoded)).toEqual(pixels());
  });

  it('refuses a frame that is not of the size its data set says, before it is decoded', async () => {
    const encoded = await codecs.code(job('encode', codec), pixels());
    for (const wrong of [{ rows: 32 }, { columns: 4700 }, { samples: 3 }, { bitsAllocated: 8 }]) {
      const other = { ...image, ...wrong };
      // RLE does not say of how many pixels it is: there the bytes are too few.
      if (codec === 'rle' && !('samples' in wrong) && !('bitsAllocated' in wrong)) continue;
      const decoded = codecs.code(job('decode', codec, other), encoded);
      await expect(decoded).rejects.toMatchObject({ name: 'FrameUnfit' });
    }
  });

  it('decodes any bytes to a frame or to a FrameUnfit, and goes on', async () => {
    const encoded = await codecs.code(job('encode', codec), pixels());
    // Some keep CharLS busy without end, until their time is up.
    const fuzzed = openCodecs({ time: 10_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(encoded.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(encoded.length),
        async (changes, end) => {
          const frame = Buffer.from(encoded.subarray(0, Math.max(end, encoded.length / 2)));
          for (const [at, byte] of changes) frame[at % frame.length] = byte;
          const decoded = await fuzzed
            .code(job('decode', codec), frame)
            .catch((error: unknown) => (error as Error).name);
          expect(Buffer.isBuffer(decoded) ? decoded.length : decoded).toSatisfy(
            (what: unknown) => what === 'FrameUnfit' || what === sizeOfFrame(image),
          );
        },
      ),
      { numRuns: 15 },
    );
    await fuzzed.close();
    expect(await codecs.code(job('decode', codec), encoded)).toEqual(pixels());
  });
});

describe('the thread of the codecs', () => {
  it('is ended when a frame takes longer than it may', async () => {
    await using impatient = { ...openCodecs({ time: 1 }), [Symbol.asyncDispose]: () => closed() };
    const closed = () => impatient.close();
    const large = { ...image, rows: 2000, columns: 2000 };
    const coded = impatient.code(job('encode', 'jpeg2000', large), pixels(large));
    await expect(coded).rejects.toThrow('takes longer than 0.001 s');
  });

  it('refuses frames that are too large to be held', async () => {
    const huge = { ...image, rows: 65_535, columns: 65_535 };
    const coded = codecs.code(job('decode', 'jpeg', huge), Buffer.alloc(1000));
    await expect(coded).rejects.toThrow('is larger than 256 MiB');
  });

  it('takes frames in turn, and none after its end', async () => {
    const waiting = [1, 2, 3].map(() => codecs.code(job('encode', 'rle'), pixels()));
    expect(new Set((await Promise.all(waiting)).map(({ length }) => length)).size).toBe(1);
    await codecs.close();
    await expect(codecs.code(job('encode', 'rle'), pixels())).rejects.toThrow('are closed');
  });
});
