import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DocumentStore } from '@consort/core';
import { pydicomFiles } from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { openCodecs, type Codecs } from '../codecs/codecs.ts';
import { pydicom, syntaxes } from '../data-set/pydicom.fixture.ts';
import { temporaryDocuments } from '../data-set/stored.fixture.ts';
import { decodedByDcmtk, differences, transcodedFile } from './transcoded.fixture.ts';

// Hundreds of documents and processes.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 60_000 });

const { explicit, implicit, deflated, bigEndian } = syntaxes;
const rle = '1.2.840.10008.1.2.5';
const jpegLossless = '1.2.840.10008.1.2.4.70';
const jpegLs = '1.2.840.10008.1.2.4.80';
const jpeg2000 = '1.2.840.10008.1.2.4.90';

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;
let codecs: Codecs;
let folder: string;

beforeAll(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
  codecs = openCodecs();
  folder = await mkdtemp(join(tmpdir(), 'consort-transcoding-'));
});

afterAll(async () => {
  await codecs.close();
  await stored[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A copy of one of pydicom's files, beside which the transcoded ones are put. */
async function sample(name: string): Promise<string> {
  const file = pydicomFiles().find((path) => basename(path) === name);
  const path = join(folder, name);
  await copyFile(file ?? name, path);
  return path;
}

const transcoded = (file: string, to: string) => transcodedFile(file, to, documents, codecs);

// Of these DCMTK is no judge: it does not read JPEG 2000, and gives up on what is cut short.
const notDecodedByDcmtk =
  /J2K|JPEG2000|jp2k|gdcm_KY|GDCMJ2K|MR_truncated|no_meta|SC_rgb_jpeg\.dcm|rtplan_truncated/;

describeWith(['dcmtk', 'pydicom'], 'transcode', () => {
  it('changes nothing but the encoding: every file of pydicom, plain, against what DCMTK makes of it', async () => {
    const pairs: [string, string][] = [];
    const refused: string[] = [];
    for (const path of pydicomFiles().filter((name) => name.includes('test_files'))) {
      const file = await sample(basename(path));
      try {
        const plain = await transcoded(file, explicit);
        const others = [await transcoded(file, implicit), await transcoded(file, deflated)];
        // pydicom does not read its own number of frames.
        if (file.endsWith('badVR.dcm')) continue;
        if (!notDecodedByDcmtk.test(file)) {
          pairs.push([await decodedByDcmtk(file, folder), plain]);
        }
        pairs.push(...others.map((other): [string, string] => [plain, other]));
      } catch (error) {
        refused.push(`${basename(file)}: ${(error as { code: string }).code}`);
      }
    }
    expect(refused).toEqual([
      'JPEG2000-embedded-sequence-delimiter.dcm: NOT_TRANSCODED',
      'SC_rgb_jpeg.dcm: DATA_SET_UNREADABLE',
      'no_meta.dcm: PART10_UNREADABLE',
      'rtplan_truncated.dcm: DATA_SET_UNREADABLE',
    ]);
    expect(pairs.length).toBeGreaterThan(170);
    expect(differences(pairs)).toEqual([]);
  });

  it('decodes JPEG 2000, of which DCMTK knows nothing, to the pixels that were compressed', async () => {
    const plain = await transcoded(await sample('MR_small_jp2klossless.dcm'), explicit);
    const original = await sample('MR_small.dcm');
    const script = `print(json.dumps([pydicom.dcmread(name).PixelData.hex() for name in json.load(sys.stdin)]))`;
    const [pixels, expected] = pydicom(script, [plain, original]) as string[];
    expect(pixels).toBe(expected);
  });

  it.each([
    ['RLE', rle],
    ['JPEG lossless', jpegLossless],
    ['JPEG-LS', jpegLs],
  ])('compresses in %s without loss, from every way to store pixels', async (_, to) => {
    const names = [
      'MR_small.dcm', // Signed.
      'MR_small_implicit.dcm',
      'MR_small_bigendian.dcm',
      'image_dfl.dcm',
      'CT_small.dcm',
      'JPGExtended.dcm', // Of 12 bits, with loss.
      'SC_rgb_small_odd.dcm', // An odd number of bytes.
      'ExplVR_BigEnd.dcm', // Colour by plane.
      'SC_rgb_rle_2frame.dcm',
      'SC_rgb_rle_16bit.dcm',
      'MR_small_jpeg_ls_lossless.dcm',
    ];
    const pairs: [string, string][] = [];
    for (const name of names) {
      const file = await sample(name);
      const compressed = await transcoded(file, to);
      pairs.push([await transcoded(file, explicit), await decodedByDcmtk(compressed, folder)]);
    }
    expect(differences(pairs)).toEqual([]);
  });

  it('compresses in JPEG 2000 and back without loss', async () => {
    const pairs: [string, string][] = [];
    for (const name of ['MR_small.dcm', 'CT_small.dcm', 'SC_rgb_small_odd.dcm', 'image_dfl.dcm']) {
      const file = await sample(name);
      const compressed = await transcoded(file, jpeg2000);
      pairs.push([file, await transcoded(compressed, explicit)]);
    }
    expect(differences(pairs)).toEqual([]);
  });

  it('writes big endian as DCMTK reads it', async () => {
    const pairs: [string, string][] = [];
    for (const name of ['MR_small.dcm', 'SC_rgb_rle_16bit.dcm', 'rtplan.dcm', 'reportsi.dcm']) {
      const file = await sample(name);
      const big = await transcoded(file, bigEndian);
      pairs.push([await transcoded(file, explicit), await decodedByDcmtk(big, folder)]);
    }
    expect(differences(pairs)).toEqual([]);
  });

  it('says of pixels that have lost something that they have, and how (PS3.3 section C.7.6.1.1.5)', async () => {
    const names = ['SC_rgb_jpeg_dcmtk.dcm', 'JPGExtended.dcm', 'MR_small_jpeg_ls_lossless.dcm'];
    const files = await Promise.all(names.map(sample));
    const plain: string[] = [];
    for (const file of files) plain.push(await transcoded(file, implicit));
    const script = `
keywords = ['LossyImageCompression', 'LossyImageCompressionMethod', 'PhotometricInterpretation', 'PlanarConfiguration']
files = [pydicom.dcmread(name) for name in json.load(sys.stdin)]
print(json.dumps([[ds.get(keyword) for keyword in keywords] + [ds.SOPInstanceUID] for ds in files]))`;
    const uids = (pydicom(script, files) as string[][]).map((row) => row.at(-1));
    expect(pydicom(script, plain)).toEqual([
      ['01', 'ISO_10918_1', 'RGB', 0, uids[0]],
      // It says so already.
      ['01', null, 'MONOCHROME2', null, uids[1]],
      [null, null, 'MONOCHROME2', null, uids[2]],
    ]);
  });

  it.each([
    ['liver_1frame.dcm', jpegLs, /Bits Allocated \(0028,0100\) 1/],
    ['SC_ybr_full_422_uncompressed.dcm', rle, /plain pixels in YBR_FULL_422/],
    ['SC_rgb_rle_16bit.dcm', jpeg2000, /16 bits in a sample of colour/],
    ['rtdose.dcm', jpegLossless, /32 bits in a sample/],
    ['rtplan.dcm', jpegLs, /no pixel data to compress/],
  ])('says why it cannot: %s in %s', async (name, to, why) => {
    await expect(transcoded(await sample(name), to)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'NOT_TRANSCODED',
      message: expect.stringMatching(why),
    });
  });
});
