import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { DocumentStore } from '@consort/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import { encodeHead } from '../data-set/encode-element.ts';
import { pydicom, syntaxes } from '../data-set/pydicom.fixture.ts';
import { storedBytes, temporaryDocuments } from '../data-set/stored.fixture.ts';
import type { DataValues } from '../data-set/value.ts';
import type { DicomDocument } from '../document.ts';
import { readPart10 } from '../part10/read-part10.ts';
import { readEncapsulatedDocument } from './read-encapsulated-document.ts';
import { readFrames } from './read-frames.ts';

// Hundreds of documents, each synced to its disk, which others may keep busy.
vi.setConfig({ testTimeout: 120_000 });

const { deflated, explicit } = syntaxes;
const jpeg = '1.2.840.10008.1.2.4.50';

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;

beforeEach(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
});

afterEach(() => stored[Symbol.asyncDispose]());

describe('readFrames', () => {
  it.each(Object.values(syntaxes))('finds plain frames by their size, in %s', async (syntax) => {
    const pixels = Buffer.from(Array.from({ length: 24 }, (_, index) => index));
    const body = await storedValues(
      { ...image(2, 2, 16), NumberOfFrames: 3, PixelData: pixels },
      syntax,
    );
    expect(await framesOf(body)).toEqual([0, 8, 16].map((at) => pixels.subarray(at, at + 8)));
  });

  it('finds frames of single bits, which begin anywhere in a byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat(1)),
        async (rows, columns, count, stream) => {
          const bits = Array.from({ length: rows * columns * count }, () => stream.next().value!);
          const values = { ...image(rows, columns, 1), NumberOfFrames: count };
          const body = await storedValues({ ...values, PixelData: packed(bits) }, explicit);
          const size = rows * columns;
          const expected = Array.from({ length: count }, (_, index) =>
            packed(bits.slice(index * size, (index + 1) * size)).subarray(0, Math.ceil(size / 8)),
          );
          expect(await framesOf(body)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  const frames = ['ffd8ff01', 'ffd8ff0203040506', 'ffd8ff07'].map((hex) => Buffer.from(hex, 'hex'));
  const [one, two, three] = frames as [Buffer, Buffer, Buffer];
  const halves = [one, two.subarray(0, 4), two.subarray(4), three];

  it.each([
    ['one fragment each, no table', [], [one, two, three]],
    ['one fragment each, a table', [0, 12, 28], [one, two, three]],
    ['a frame in two fragments, a table', [0, 12, 36], halves],
    ['a frame in two fragments, no table', [], halves],
  ])('finds compressed frames: %s', async (_, table, fragments) => {
    const body = await storedFragments({ NumberOfFrames: 3 }, table, fragments);
    expect(await framesOf(body)).toEqual(frames);
    const found = await readFrames(body, documents);
    expect(found).toMatchObject({ numberOfFrames: 3, isEncapsulated: true });
  });

  it('takes all fragments for the only frame', async () => {
    const body = await storedFragments({}, [], halves);
    expect(await framesOf(body)).toEqual([Buffer.concat(halves)]);
  });

  it('finds compressed frames by the Extended Offset Table, padding left out', async () => {
    const words = (numbers: readonly number[]) =>
      Buffer.from(new BigUint64Array(numbers.map(BigInt)).buffer);
    const body = await storedFragments(
      {
        NumberOfFrames: 3,
        ExtendedOffsetTable: words([0, 12, 28]),
        ExtendedOffsetTableLengths: words([4, 7, 3]),
      },
      [],
      frames,
    );
    const expected = [one, two.subarray(0, 7), three.subarray(0, 3)];
    expect(await framesOf(body)).toEqual(expected);
  });

  const broken: readonly [string, () => Promise<DicomDocument>][] = [
    ['no pixel data', () => storedValues(image(2, 2, 8), explicit)],
    [
      'fewer bytes than frames',
      () => storedValues({ ...image(9, 9, 8), PixelData: Buffer.alloc(80) }, explicit),
    ],
    [
      'no Rows',
      () => storedValues({ Columns: 1, BitsAllocated: 8, PixelData: Buffer.alloc(2) }, explicit),
    ],
    [
      'no frames',
      () =>
        storedValues(
          { ...image(1, 1, 8), NumberOfFrames: 0, PixelData: Buffer.alloc(2) },
          explicit,
        ),
    ],
    [
      'more frames than a number holds',
      () =>
        storedValues(
          {
            ...image(65_535, 65_535, 64),
            NumberOfFrames: 2_147_483_647,
            PixelData: Buffer.alloc(2),
          },
          explicit,
        ),
    ],
    [
      'a table that points between fragments',
      () => storedFragments({ NumberOfFrames: 3 }, [0, 13, 28], frames),
    ],
    ['a table that goes back', () => storedFragments({ NumberOfFrames: 3 }, [0, 28, 12], frames)],
    [
      'a table that does not begin at the first',
      () => storedFragments({ NumberOfFrames: 2 }, [12, 28], frames),
    ],
    ['a table of too few', () => storedFragments({ NumberOfFrames: 3 }, [0, 12], frames)],
    ['no fragments', () => storedFragments({ NumberOfFrames: 1 }, [], [])],
    ['fewer images than frames', () => storedFragments({ NumberOfFrames: 3 }, [], [one, two])],
    [
      'fragments that are no images',
      () => storedFragments({ NumberOfFrames: 2 }, [], [halves[2]!, halves[2]!, one]),
    ],
    [
      'an extended table with lengths beyond',
      () =>
        storedFragments(
          {
            NumberOfFrames: 1,
            ExtendedOffsetTable: Buffer.alloc(8),
            ExtendedOffsetTableLengths: Buffer.alloc(8, 1),
          },
          [],
          [one],
        ),
    ],
  ];
  it.each(broken)('refuses %s', async (_, body) => {
    await expect(readFrames(await body(), documents)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'FRAMES_UNREADABLE',
    });
  });

  it('refuses a frame that is not there', async () => {
    const body = await storedFragments({ NumberOfFrames: 3 }, [], frames);
    const { frame } = await readFrames(body, documents);
    for (const number of [0, 4, 1.5, NaN]) {
      expect(() => frame(number)).toThrow(expect.objectContaining({ code: 'FRAMES_UNREADABLE' }));
    }
  });
});

describe('readEncapsulatedDocument', () => {
  it.each([explicit, deflated])(
    'streams a document without its padding, from %s',
    async (syntax) => {
      const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(100_000, 'x')]);
      const body = await storedValues(
        {
          EncapsulatedDocument: pdf,
          MIMETypeOfEncapsulatedDocument: 'application/pdf',
          EncapsulatedDocumentLength: pdf.length,
        },
        syntax,
      );
      const found = (await readEncapsulatedDocument(body, documents))!;
      expect(found).toMatchObject({ mimeType: 'application/pdf', length: 100_009 });
      expect((await buffer(found.stream())).equals(pdf)).toBe(true);
    },
  );

  it('finds none in an image', async () => {
    const body = await storedValues(image(1, 1, 8), explicit);
    expect(await readEncapsulatedDocument(body, documents)).toBeUndefined();
  });
});

describeWith(['pydicom'], 'the frames of the files of pydicom', () => {
  it('are those that pydicom finds', async () => {
    const oracle: Record<string, { frames: string[] }> = pydicom(`
import hashlib, pathlib
from pydicom.encaps import generate_pixel_data_frame
root = pathlib.Path(pydicom.__file__).parent / 'data' / 'test_files'
found = {}
for path in sorted(root.glob('*.dcm')):
  try:
    dataset = pydicom.dcmread(path)
    syntax, count = dataset.file_meta.TransferSyntaxUID, int(dataset.get('NumberOfFrames', 1) or 1)
    if syntax.is_compressed and not syntax.is_deflated:
      frames = list(generate_pixel_data_frame(dataset.PixelData, count))
    else:
      size = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
      if dataset.PhotometricInterpretation == 'YBR_FULL_422': size = size * 2 // 3
      frames = [dataset.PixelData[at * size:(at + 1) * size] for at in range(count)]
      if len(frames[-1]) != size: continue
    found[str(path)] = dict(frames=[hashlib.sha256(frame).hexdigest() for frame in frames])
  except Exception: pass
print(json.dumps(found))
`);

    const files = Object.entries(oracle).filter(([file]) => !file.endsWith('SC_rgb_jpeg.dcm'));
    expect(files.length).toBeGreaterThan(45);
    expect(files.some(([, { frames }]) => frames.length > 1)).toBe(true);
    for (const [file, expected] of files) {
      const whole = await readFile(file);
      const { meta, dataSetPosition } = await readPart10({
        size: whole.length,
        read: async (at, length) => whole.subarray(at, at + length),
      });
      const dataSet = whole.subarray(dataSetPosition);
      const body = await storedBytes(documents, dataSet, meta.transferSyntaxUid);
      const found = (await framesOf(body)).map((frame) =>
        createHash('sha256').update(frame).digest('hex'),
      );
      expect(found, file).toEqual(expected.frames);
    }
  });
});

function image(rows: number, columns: number, bitsAllocated: number): DataValues {
  return { SamplesPerPixel: 1, Rows: rows, Columns: columns, BitsAllocated: bitsAllocated };
}

/** The lowest bit of a byte first, padded to an even length. */
function packed(bits: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * Math.ceil(bits.length / 16));
  for (const [index, bit] of bits.entries()) bytes[index >>> 3]! |= bit << (index % 8);
  return bytes;
}

async function storedValues(values: DataValues, syntax: string): Promise<DicomDocument> {
  return await storedBytes(documents, encodeDataSet(values, { transferSyntaxUid: syntax }), syntax);
}

async function storedFragments(
  values: DataValues,
  table: readonly number[],
  fragments: readonly Buffer[],
): Promise<DicomDocument> {
  const encoding = { isExplicit: true, isBigEndian: false };
  const offsets = Buffer.from(new Uint32Array(table).buffer);
  const bytes = Buffer.concat([
    encodeDataSet(values, { transferSyntaxUid: explicit }),
    encodeHead(0x7fe00010, 'OB', 0xffffffff, encoding),
    ...[offsets, ...fragments].flatMap((fragment) => [
      encodeHead(0xfffee000, undefined, fragment.length, encoding),
      fragment,
    ]),
    encodeHead(0xfffee0dd, undefined, 0, encoding),
  ]);
  return await storedBytes(documents, bytes, jpeg);
}

async function framesOf(body: DicomDocument): Promise<Buffer[]> {
  const { numberOfFrames, frame } = await readFrames(body, documents);
  const found: Buffer[] = [];
  for (let number = 1; number <= numberOfFrames; number++) found.push(await buffer(frame(number)));
  return found;
}
