import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { DocumentStore } from '@consort/core';
import { pydicomFiles } from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import { pydicom, syntaxes } from '../data-set/pydicom.fixture.ts';
import { temporaryDocuments } from '../data-set/stored.fixture.ts';
import type { DataValues } from '../data-set/value.ts';
import { documentOfFile } from '../part10/document-of-file.ts';
import { part10Prefix } from '../part10/part10-prefix.ts';
import { openRenderer, type Renderer, type RenderOptions } from './render-frame.ts';

// Others may keep the machine busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const run = promisify(execFile);

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;
let renderer: Renderer;
let folder: string;

beforeAll(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
  renderer = openRenderer();
  folder = await mkdtemp(join(tmpdir(), 'consort-rendering-'));
});

afterAll(async () => {
  await renderer.close();
  await stored[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const file = (name: string) => pydicomFiles().find((path) => basename(path) === name) ?? name;

async function drawn(path: string, options?: RenderOptions, number = 1): Promise<string> {
  const { document } = await documentOfFile(path, documents);
  const png = await renderer.renderFrame(document!, documents, number, options);
  const picture = join(folder, `${basename(path)}.${number}.png`);
  await writeFile(picture, png);
  return picture;
}

/** Mode, width, height of pictures, as PIL reads them. */
function read(pictures: readonly string[]): unknown {
  const script = `
from PIL import Image
images = [Image.open(name) for name in json.load(sys.stdin)]
for image in images: image.load()
print(json.dumps([[image.mode, *image.size] for image in images]))`;
  return pydicom(script, pictures);
}

/** The greatest difference of a sample between pairs of pictures. */
function differences(pairs: readonly (readonly [string, string])[]): readonly number[] {
  const script = `
from PIL import Image
def samples(name): return Image.open(name).convert('RGB').tobytes()
pairs = [[samples(one), samples(other)] for one, other in json.load(sys.stdin)]
print(json.dumps([max(abs(a - b) for a, b in zip(*pair)) if len(pair[0]) == len(pair[1]) else 999 for pair in pairs]))`;
  return pydicom(script, pairs) as readonly number[];
}

describeWith(['dcmtk', 'pydicom'], 'renderFrame', () => {
  it('draws every file of pydicom that has an image, but those that it says why not', async () => {
    const pictures: string[] = [];
    const refused: string[] = [];
    for (const path of pydicomFiles()) {
      await drawn(path).then(
        (picture) => pictures.push(picture),
        ({ code, message }: { code: string; message: string }) => {
          if (message.includes('it has no Pixel Data')) return;
          // Files that no sender could send, as they say no SOP class, or are cut off.
          if (['DATA_SET_UNREADABLE', 'PART10_UNREADABLE'].includes(code)) return;
          refused.push(`${basename(path)}: ${code}: ${message.split(': ').at(-1)}`);
        },
      );
    }
    expect(pictures.length).toBeGreaterThan(50);
    expect(read(pictures)).toHaveLength(pictures.length);
    expect(refused).toEqual([
      'JPEG2000-embedded-sequence-delimiter.dcm: FRAME_NOT_DRAWN: it is of 3722445056 x 1024 pixels of 1 samples, and its data set says 256 x 1024 of 1; look at it with another viewer',
      'MR_truncated.dcm: FRAMES_UNREADABLE: 1 of them need 8192 bytes, and the pixel data has 8130',
    ]);
  });

  const ramp = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const inWords = (values: readonly number[]) => Buffer.from(Uint16Array.from(values).buffer);
  const curve = Array.from({ length: 256 }, (_, index) => Math.round((index / 255) ** 2 * 0xffff));
  const gray = { SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2', PixelData: ramp };
  it.each([
    [
      'MONOCHROME1 with a window and a slope',
      {
        ...gray,
        PhotometricInterpretation: 'MONOCHROME1',
        RescaleSlope: 2,
        RescaleIntercept: -100,
        WindowCenter: 120,
        WindowWidth: 200,
      },
      ['+Wi', '1'],
    ],
    [
      'a VOI LUT',
      {
        ...gray,
        VOILUTSequence: [{ LUTDescriptor: [256, 0, 16], LUTData: inWords(curve) }],
      },
      ['+Wl', '1'],
    ],
    [
      'PALETTE COLOR',
      {
        ...gray,
        PhotometricInterpretation: 'PALETTE COLOR',
        RedPaletteColorLookupTableDescriptor: [256, 0, 16],
        GreenPaletteColorLookupTableDescriptor: [256, 0, 16],
        BluePaletteColorLookupTableDescriptor: [256, 0, 16],
        RedPaletteColorLookupTableData: inWords(curve),
        GreenPaletteColorLookupTableData: inWords(curve.toReversed()),
        BluePaletteColorLookupTableData: inWords(curve.map((entry) => 0xffff - entry)),
      },
      [],
    ],
  ])('draws %s as DCMTK does', async (name, values, given) => {
    const ids = { sopClassUid: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUid: '1.2.3' };
    const transferSyntaxUid = syntaxes.explicit;
    const made = {
      SOPClassUID: ids.sopClassUid,
      SOPInstanceUID: ids.sopInstanceUid,
      Rows: 16,
      Columns: 16,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      ...values,
    } as DataValues;
    const path = join(folder, `${name}.dcm`);
    const dataSet = encodeDataSet(made, { transferSyntaxUid });
    await writeFile(path, Buffer.concat([part10Prefix({ ...ids, transferSyntaxUid }), dataSet]));
    const expected = join(folder, `${name}.dcmtk.png`);
    await run('dcm2pnm', [...given, '--write-png', path, expected]);
    expect(differences([[await drawn(path), expected]])[0]).toBeLessThanOrEqual(2);
  });

  it.each([
    ['CT_small.dcm', ['dcm2pnm', '+Wm']],
    ['MR_small.dcm', ['dcm2pnm', '+Wi', '1']],
    ['MR_small_RLE.dcm', ['dcm2pnm', '+Wi', '1']],
    ['MR_small_bigendian.dcm', ['dcm2pnm', '+Wi', '1']],
    ['MR_small_jpeg_ls_lossless.dcm', ['dcml2pnm', '+Wi', '1']],
    ['JPGExtended.dcm', ['dcmj2pnm', '+Wm']],
    ['SC_rgb_jpeg_dcmtk.dcm', ['dcmj2pnm']],
    ['SC_rgb_rle.dcm', ['dcm2pnm']],
    ['ExplVR_BigEnd.dcm', ['dcm2pnm']],
  ])('draws %s as DCMTK does', async (name, [tool = '', ...words]) => {
    const expected = join(folder, `${name}.dcmtk.png`);
    await run(tool, [...words, '--write-png', file(name), expected]);
    const [difference] = differences([[await drawn(file(name)), expected]]);
    expect(difference).toBeLessThanOrEqual(2);
  });

  it('takes another window, another frame, and makes a large one smaller', async () => {
    const mr = file('MR_small.dcm');
    const expected = join(folder, 'window.dcmtk.png');
    await run('dcm2pnm', ['+Ww', '300', '200', '--write-png', mr, expected]);
    const picture = await drawn(mr, { windowCenter: 300, windowWidth: 200 });
    expect(differences([[picture, expected]])[0]).toBeLessThanOrEqual(2);
    const second = await drawn(file('SC_rgb_rle_2frame.dcm'), {}, 2);
    const small = await drawn(file('JPGExtended.dcm'), { maxSize: 100 });
    const huge = await drawn(file('CT_small.dcm'), { maxSize: 1e9 });
    expect(read([second, small, huge])).toEqual([
      ['RGB', 100, 100],
      ['L', 25, 100],
      ['L', 128, 128],
    ]);
  });

  it('says that there is no such frame', async () => {
    await expect(drawn(file('MR_small.dcm'), {}, 2)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'FRAMES_UNREADABLE',
    });
  });
});
