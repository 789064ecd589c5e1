import type { DocumentStore } from '@consort/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openCodecs, type Codecs } from '../codecs/codecs.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import { encodeHead } from '../data-set/encode-element.ts';
import { temporaryDocuments } from '../data-set/stored.fixture.ts';
import { undefinedLength } from '../header/element.ts';
import { transcode } from './transcode.ts';

vi.setConfig({ testTimeout: 600_000 });

const explicit = '1.2.840.10008.1.2.1';
const rle = '1.2.840.10008.1.2.5';
const little = { isExplicit: true, isBigEndian: false };
const megabyte = 1024 * 1024;
const count = 500;
const image = {
  rows: 512,
  columns: 512,
  samples: 1,
  bitsAllocated: 16,
  bitsStored: 16,
  isSigned: false,
};

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;
let codecs: Codecs;

beforeEach(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
  codecs = openCodecs();
});

afterEach(async () => {
  await codecs.close();
  await stored[Symbol.asyncDispose]();
});

it('decodes 500 frames of 512 KB while they are read, and memory grows by a fraction of them', async () => {
  const frame = Buffer.alloc(512 * 1024, 'a frame of an image. ');
  const job = { work: 'encode', codec: 'rle', image, colors: 'as they are' } as const;
  const encoded = await codecs.code(job, frame);
  const writer = await documents.create();
  await writer.write(head());
  const item = encodeHead(0xfffee000, undefined, encoded.length, little);
  for (let index = 0; index < count; index += 1) await writer.write(Buffer.concat([item, encoded]));
  await writer.write(encodeHead(0xfffee0dd, undefined, 0, little));
  const { digest, size } = await writer.commit();
  const document = { digest, size, transferSyntaxUid: rle, sopClassUid: '1.2', attributes: {} };

  const before = process.memoryUsage().rss;
  let most = before;
  let length = 0;
  let last = Buffer.alloc(0);
  for await (const piece of await transcode(document, documents, explicit, codecs)) {
    length += piece.length;
    most = Math.max(most, process.memoryUsage().rss);
    if (piece.length === frame.length) last = Buffer.from(piece);
  }
  expect(length).toBeGreaterThan(count * frame.length);
  expect(last.equals(frame)).toBe(true);
  expect((most - before) / megabyte).toBeLessThan(128);
});

/** What stands before the frames. */
function head(): Buffer {
  const values = encodeDataSet(
    {
      SOPClassUID: '1.2',
      SOPInstanceUID: '1.2.3',
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      NumberOfFrames: count,
      Rows: 512,
      Columns: 512,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 0,
    },
    { transferSyntaxUid: explicit },
  );
  const pixels = encodeHead(0x7fe00010, 'OB', undefinedLength, little);
  return Buffer.concat([values, pixels, encodeHead(0xfffee000, undefined, 0, little)]);
}
