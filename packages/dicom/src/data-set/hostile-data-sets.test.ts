import { deflateRawSync } from 'node:zlib';
import type { DocumentStore } from '@consort/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readHeader } from '../header/read-header.ts';
import { decodeDataSet } from './decode-data-set.ts';
import { encodeDataSet } from './encode-data-set.ts';
import { encodeHead } from './encode-element.ts';
import { syntaxes } from './pydicom.fixture.ts';
import { readDataSet } from './read-data-set.ts';
import { setValuesAt } from './set-values-at.ts';
import { storedBytes, temporaryDocuments } from './stored.fixture.ts';

// Hundreds of documents, each synced to its disk, which others may keep busy.
vi.setConfig({ testTimeout: 120_000 });

const { deflated, explicit } = syntaxes;
const little = { isExplicit: true, isBigEndian: false };
const ids = encodeDataSet(
  { SOPClassUID: '1.2', SOPInstanceUID: '1.2.3', PatientID: 'ID' },
  { transferSyntaxUid: explicit },
);
const head = (tag: number, vr: string | undefined, length: number) =>
  encodeHead(tag, vr, length, little);
const itemEnd = head(0xfffee00d, undefined, 0);
const sequenceEnd = head(0xfffee0dd, undefined, 0);
const openItem = head(0xfffee000, undefined, 0xffffffff);
const openSequence = head(0x00400275, 'SQ', 0xffffffff);

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;

beforeEach(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
});

afterEach(() => stored[Symbol.asyncDispose]());

const nested = (depth: number) =>
  Buffer.concat([
    ids,
    ...Array.from({ length: depth }, () => Buffer.concat([openSequence, openItem])),
    ...Array.from({ length: depth }, () => Buffer.concat([itemEnd, sequenceEnd])),
  ]);

/** Known lengths, from the inside out. */
const nestedKnown = (depth: number) => {
  let bytes: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) {
    const item = Buffer.concat([head(0xfffee000, undefined, bytes.length), bytes]);
    bytes = Buffer.concat([head(0x00400275, 'SQ', item.length), item]);
  }
  return Buffer.concat([ids, bytes]);
};

const itemInItem = [
  head(0x00081140, 'SQ', 16),
  head(0xfffee000, undefined, 8),
  head(0xfffee000, undefined, 0),
];
const longItem = [head(0x00081140, 'SQ', 8), head(0xfffee000, undefined, 100)];

it.each([
  ['an item in an item of a sequence that says its length', itemInItem, []],
  ['an item that is longer than its sequence', longItem, []],
  ['a sequence without end behind the head', [], [openSequence, openItem]],
])(
  'B52: what was accepted by its head, with %s, is refused as a whole, and what to do is said',
  async (_, within, behind) => {
    const encode = (values: Parameters<typeof encodeDataSet>[0]) =>
      encodeDataSet(values, { transferSyntaxUid: explicit });
    const bytes = Buffer.concat([
      encode({ SOPClassUID: '1.2', SOPInstanceUID: '1.2.3' }),
      ...within,
      encode({ PatientID: 'ID', SeriesInstanceUID: '1.2.4' }),
      ...behind,
    ]);
    const source = {
      size: bytes.length,
      read: async (position: number, length: number) => bytes.subarray(position, position + length),
    };
    expect((await readHeader(source, explicit)).attributes).toMatchObject({ patientId: 'ID' });
    const body = await storedBytes(documents, bytes, explicit);
    const unreadable = {
      code: 'DATA_SET_UNREADABLE',
      message: expect.stringMatching(/at byte \d+ .*; its bytes are stored as they came, and what/),
    };
    await expect(readDataSet(body, documents)).rejects.toMatchObject(unreadable);
    const setting = setValuesAt(body, documents, { 'DataSet.PatientID': 'X' });
    if (behind.length > 0) await expect(setting).rejects.toMatchObject(unreadable);
    else
      await expect(setting).resolves.toMatchObject({
        document: { attributes: { patientId: 'X' } },
      });
  },
);

it.each([
  ['one byte', Buffer.alloc(1)],
  ['seven bytes', Buffer.alloc(7)],
  ['an end within a head', Buffer.concat([ids, openSequence.subarray(0, 6)])],
  ['an end within a sequence', Buffer.concat([ids, openSequence, openItem])],
  ['a sequence of 4 GiB of which nothing is there', openedSequence('SQ', 0xfffffffe)],
  ['a text without a length', Buffer.concat([ids, head(0x00204000, 'UT', 0xffffffff)])],
  ['33 sequences in each other', nested(33)],
  ['3 000 sequences in each other', nested(3_000)],
  ['an item end outside of a sequence', Buffer.concat([ids, itemEnd])],
  ['a sequence end outside of a sequence', Buffer.concat([ids, sequenceEnd])],
  ['an item in an item', Buffer.concat([ids, openSequence, openItem, openItem, itemEnd])],
  ['an element among items', Buffer.concat([ids, openSequence, head(0x00080060, 'CS', 0)])],
  [
    'an item longer than its sequence',
    Buffer.concat([
      ids,
      head(0x00400275, 'SQ', 8),
      head(0xfffee000, undefined, 8),
      Buffer.alloc(8),
    ]),
  ],
  [
    'an element longer than its item',
    Buffer.concat([
      ids,
      head(0x00400275, 'SQ', 16),
      head(0xfffee000, undefined, 8),
      head(0x00080060, 'CS', 8),
      Buffer.alloc(8),
    ]),
  ],
  ['an element of a command set', Buffer.concat([head(0x00000002, 'UI', 0), ids])],
])('reads no data set with %s, and edits none', async (_, bytes) => {
  const refusal = { name: 'PermanentError', code: 'DATA_SET_UNREADABLE' };
  const body = await storedBytes(documents, bytes, explicit);
  await expect(readDataSet(body, documents)).rejects.toMatchObject(refusal);
  expect(() => decodeDataSet(bytes, explicit)).toThrow(expect.objectContaining(refusal));
  const changes = { 'DataSet.RequestAttributesSequence[*].CodeValue': undefined };
  await expect(setValuesAt(body, documents, changes)).rejects.toMatchObject(refusal);
});

it('reads no 33 sequences of known length in each other; an edit elsewhere passes over them', async () => {
  const body = await storedBytes(documents, nestedKnown(33), explicit);
  await expect(readDataSet(body, documents)).rejects.toMatchObject({ code: 'DATA_SET_UNREADABLE' });
  const edited = await setValuesAt(body, documents, { 'DataSet.PatientID': undefined });
  expect(edited.document!.size).toBe(body.document!.size - 10);
});

it('reads no data set with more than 500 000 items', async () => {
  const body = await storedBytes(documents, emptyItems(500_001), explicit);
  await expect(readDataSet(body, documents)).rejects.toMatchObject({
    code: 'DATA_SET_UNREADABLE',
    message: expect.stringContaining('more than 500000 elements'),
  });
});

it('reads 32 sequences in each other, and 400 000 items', async () => {
  for (const bytes of [nested(32), nestedKnown(32), emptyItems(400_000)]) {
    const body = await storedBytes(documents, bytes, explicit);
    expect((await readDataSet(body, documents)).getValueAt('DataSet.PatientID')).toBe('ID');
  }
});

it('inflates no bomb', async () => {
  const zeros = Buffer.concat([
    ids,
    head(0x7fe00010, 'OW', 64 * 1024 * 1024),
    Buffer.alloc(64 * 1024 * 1024),
  ]);
  const body = await storedBytes(documents, deflateRawSync(zeros), deflated);
  const refusal = { code: 'DATA_SET_UNREADABLE', message: expect.stringContaining('hundredfold') };
  await expect(readDataSet(body, documents)).rejects.toMatchObject(refusal);
  await expect(
    setValuesAt(body, documents, { 'DataSet.PatientID': undefined }),
  ).rejects.toMatchObject(refusal);
});

it('keeps no more of many values than 32 MiB, and reads the rest from the document', async () => {
  const value = Buffer.alloc(60_000, 'x');
  const element = (index: number) =>
    Buffer.concat([head(0x00090000 + 0x1000 + index, 'UT', value.length), value]);
  const bytes = Buffer.concat([
    ids.subarray(0),
    ...Array.from({ length: 700 }, (_, index) => element(index)),
  ]);
  const body = await storedBytes(documents, bytes, explicit);
  const dataSet = await readDataSet(body, documents);
  const values = Object.values(dataSet.values());
  const kept = values.filter((one) => typeof one === 'string');
  expect(kept.join('').length).toBeLessThan(32 * 1024 * 1024);
  expect(values.filter((one) => typeof one === 'object')).toHaveLength(700 + 3 - kept.length);
});

it('leaves what it does not know as it was: VRs to come, UN of undefined length, duplicates', async () => {
  const unknown = Buffer.concat([
    head(0x00091001, 'ZZ', 4),
    Buffer.of(1, 2, 3, 4),
    head(0x00091002, 'UN', 0xffffffff),
    encodeHead(0xfffee000, undefined, 8, { isExplicit: false, isBigEndian: false }),
    encodeHead(0x00080060, undefined, 0, { isExplicit: false, isBigEndian: false }),
    sequenceEnd,
    head(0x00091003, 'LO', 2),
    Buffer.from('A '),
    head(0x00091003, 'LO', 2),
    Buffer.from('B '),
  ]);
  const body = await storedBytes(documents, Buffer.concat([unknown, ids]), explicit);
  const edited = await setValuesAt(body, documents, { 'DataSet.PatientID': 'OTHER ID' });
  const handle = await documents.open(edited.document!.digest);
  const bytes = await handle.readFile();
  await handle.close();
  expect(bytes.subarray(0, unknown.length)).toEqual(unknown);
  const dataSet = await readDataSet(edited, documents);
  expect(dataSet.getValueAt('DataSet.(0009,1001)')).toEqual(Buffer.of(1, 2, 3, 4));
  expect(dataSet.getValueAt('DataSet.(0009,1002)[1].Modality')).toBeNull();
  expect(dataSet.getValueAt('DataSet.(0009,1003)')).toBe('A');
});

function openedSequence(vr: string, length: number): Buffer {
  return Buffer.concat([ids, head(0x00400275, vr, length)]);
}

function emptyItems(count: number): Buffer {
  const one = head(0xfffee000, undefined, 0);
  return Buffer.concat([ids, openSequence, Buffer.alloc(8 * count, one), sequenceEnd]);
}
