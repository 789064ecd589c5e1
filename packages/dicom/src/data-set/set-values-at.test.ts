import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import type { DocumentStore } from '@consort/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import type { DicomDocument } from '../document.ts';
import { part10Prefix } from '../part10/part10-prefix.ts';
import { readPart10 } from '../part10/read-part10.ts';
import { chunksOfDataSet } from './chunks-of-data-set.ts';
import { decodeDataSet } from './decode-data-set.ts';
import { encodeDataSet } from './encode-data-set.ts';
import { encodeHead } from './encode-element.ts';
import { pydicom, syntaxes } from './pydicom.fixture.ts';
import { setValuesAt } from './set-values-at.ts';
import { storedBytes, temporaryDocuments } from './stored.fixture.ts';
import type { DataValue, DataValues } from './value.ts';

// Hundreds of documents, each synced to its disk, which others may keep busy.
vi.setConfig({ testTimeout: 120_000 });

const { bigEndian, deflated, explicit, implicit } = syntaxes;
const image: DataValues = {
  SpecificCharacterSet: 'ISO_IR 100',
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
  SOPInstanceUID: '1.2.3.4',
  PatientName: 'Müller^Jürgen',
  PatientID: 'ID',
  Rows: 2,
  RequestAttributesSequence: [
    {
      ScheduledProcedureStepID: 'A',
      ScheduledProtocolCodeSequence: [{ CodeValue: 'X' }, { CodeValue: 'Y' }],
    },
    { ScheduledProcedureStepID: 'B' },
  ],
  '(0009,0011)': 'OURS',
  '(0009,1105)': Buffer.of(1, 2),
  PixelData: Buffer.alloc(32, 7),
};

let stored: Awaited<ReturnType<typeof temporaryDocuments>>;
let documents: DocumentStore;

beforeEach(async () => {
  stored = await temporaryDocuments();
  documents = stored.documents;
});

afterEach(() => stored[Symbol.asyncDispose]());

describe('setValuesAt', () => {
  it.each(Object.values(syntaxes))('changes, adds and removes, in %s', async (syntax) => {
    const body = await storedValues(image, syntax);
    const edited = await setValuesAt(body, documents, {
      'DataSet.PatientID': 'LONGER THAN BEFORE',
      'DataSet.PatientBirthDate': '19700101',
      'DataSet.PatientName': undefined,
      'DataSet.StudyInstanceUID': undefined,
      'DataSet.Columns': 3,
      'DataSet.RequestAttributesSequence[1].ScheduledProtocolCodeSequence[*].CodeValue': 'Z',
      'DataSet.RequestAttributesSequence[1].ScheduledProtocolCodeSequence[2].CodeMeaning': 'Größe',
      'DataSet.RequestAttributesSequence[2].ScheduledProcedureStepID': null,
      'DataSet.RequestAttributesSequence[3].ScheduledProcedureStepID': 'C',
      'DataSet.ReferencedStudySequence[1].ReferencedSOPInstanceUID': '1.2.9',
      'DataSet.(0009,"OURS",05)': Buffer.of(3, 4, 5, 6),
    });
    const { PatientName, ...kept } = image;
    expect(PatientName).toBeDefined();
    expect(await valuesOf(edited)).toEqual({
      ...kept,
      PatientID: 'LONGER THAN BEFORE',
      PatientBirthDate: '19700101',
      Columns: 3,
      RequestAttributesSequence: [
        {
          ScheduledProcedureStepID: 'A',
          ScheduledProtocolCodeSequence: [
            { CodeValue: 'Z' },
            { CodeValue: 'Z', CodeMeaning: 'Größe' },
          ],
        },
        { ScheduledProcedureStepID: null },
        { ScheduledProcedureStepID: 'C' },
      ],
      ReferencedStudySequence: [{ ReferencedSOPInstanceUID: '1.2.9' }],
      '(0009,1105)': Buffer.of(3, 4, 5, 6),
    });
    expect(await valuesOf(body)).toEqual(image);
  });

  it('keeps command and document in step with the data set', async () => {
    const body = await storedValues(image, explicit);
    const edited = await setValuesAt(body, documents, {
      'DataSet.SOPInstanceUID': '1.2.3.5',
      'DataSet.PatientID': 'NEW',
      'DataSet.Modality': 'CT',
    });
    expect(edited.command).toMatchObject({
      commandField: 'C-STORE-RQ',
      affectedSopClassUid: image['SOPClassUID'],
      affectedSopInstanceUid: '1.2.3.5',
    });
    expect(edited.document).toMatchObject({
      transferSyntaxUid: explicit,
      sopClassUid: image['SOPClassUID'],
      attributes: { sopInstanceUid: '1.2.3.5', patientId: 'NEW', modality: 'CT' },
    });
    expect(edited.document!.digest).not.toBe(body.document!.digest);
  });

  it('sets a private creator and an element of its block at once', async () => {
    const body = await storedValues(image, explicit);
    const edited = await setValuesAt(body, documents, {
      'DataSet.(0009,"NEW",02)': Buffer.of(5, 6),
      'DataSet.(0009,0012)': 'NEW',
    });
    expect(await valuesOf(edited)).toEqual({
      ...image,
      '(0009,0012)': 'NEW',
      '(0009,1202)': Buffer.of(5, 6),
    });
  });

  it('gives back the body when nothing changes', async () => {
    const body = await storedValues(image, explicit);
    expect(await setValuesAt(body, documents, { 'DataSet.Modality': undefined })).toBe(body);
  });

  it.each([explicit, implicit, bigEndian])(
    'corrects group lengths and leaves delimiters where they were, in %s',
    async (syntax) => {
      const encoding = { isExplicit: syntax !== implicit, isBigEndian: syntax === bigEndian };
      const head = (tag: number, vr: string | undefined, length: number) =>
        encodeHead(tag, vr, length, encoding);
      const of = (values: DataValues) => encodeDataSet(values, { transferSyntaxUid: syntax });
      const undefinedLengths = (items: readonly Buffer[]) =>
        Buffer.concat([
          head(0x00081140, 'SQ', 0xffffffff),
          ...items.flatMap((item) => [
            head(0xfffee000, undefined, 0xffffffff),
            item,
            head(0xfffee00d, undefined, 0),
          ]),
          head(0xfffee0dd, undefined, 0),
        ]);
      const whole = (groupLength: number, uids: readonly string[], id: string) => {
        const lengthValue = Buffer.alloc(4);
        if (encoding.isBigEndian) lengthValue.writeUInt32BE(groupLength);
        else lengthValue.writeUInt32LE(groupLength);
        const { SOPClassUID, SOPInstanceUID } = image;
        const group8 = Buffer.concat([
          of({ SOPClassUID, SOPInstanceUID }),
          undefinedLengths(uids.map((uid) => of({ ReferencedSOPInstanceUID: uid }))),
        ]);
        const bytes = [head(0x00080000, 'UL', 4), lengthValue, group8, of({ PatientID: id })];
        return { bytes: Buffer.concat(bytes), length: group8.length };
      };
      const first = whole(whole(0, ['1.2', '1.4'], 'A').length, ['1.2', '1.4'], 'A');
      const body = await storedBytes(documents, first.bytes, syntax);
      const edited = await setValuesAt(body, documents, {
        'DataSet.ReferencedImageSequence[2].ReferencedSOPInstanceUID': '1.4.5.6.7',
        'DataSet.PatientID': 'ABC',
      });
      const uids = ['1.2', '1.4.5.6.7'];
      expect(await bytesOf(edited)).toEqual(whole(whole(0, uids, 'ABC').length, uids, 'ABC').bytes);
    },
  );

  it('removes every element of a tag, also where elements are out of order or there twice', async () => {
    const of = (values: DataValues) => encodeDataSet(values, { transferSyntaxUid: explicit });
    const { SOPClassUID, SOPInstanceUID } = image;
    const start = of({ SOPClassUID, SOPInstanceUID });
    const end = of({ PatientName: 'A^B' });
    const body = await storedBytes(
      documents,
      Buffer.concat([
        start,
        end,
        of({ PatientID: 'SECRET' }),
        of({ Rows: 1 }),
        of({ PatientID: 'X' }),
      ]),
      explicit,
    );
    const edited = await setValuesAt(body, documents, { 'DataSet.PatientID': undefined });
    expect(await bytesOf(edited)).toEqual(Buffer.concat([start, end, of({ Rows: 1 })]));
  });

  it('changes the items of a sequence also where it is there twice, and adds one only to the first', async () => {
    const of = (values: DataValues) => encodeDataSet(values, { transferSyntaxUid: explicit });
    const { SOPClassUID, SOPInstanceUID } = image;
    const start = of({ SOPClassUID, SOPInstanceUID });
    const sequence = (...codes: string[]) =>
      of({ ProcedureCodeSequence: codes.map((CodeValue) => ({ CodeValue })) });
    const body = await storedBytes(
      documents,
      Buffer.concat([start, sequence('A'), sequence('B', 'C')]),
      explicit,
    );
    const edited = await setValuesAt(body, documents, {
      'DataSet.ProcedureCodeSequence[*].CodeValue': 'X',
      'DataSet.ProcedureCodeSequence[2].CodeValue': 'Y',
    });
    expect(await bytesOf(edited)).toEqual(
      Buffer.concat([start, sequence('X', 'Y'), sequence('X', 'Y')]),
    );
  });

  it('keeps the VR that an element has, and encodes in the character set that it has', async () => {
    const { SOPClassUID, SOPInstanceUID } = image;
    const bytes = Buffer.concat([
      encodeDataSet(
        {
          SpecificCharacterSet: [null as any, 'ISO 2022 IR 87'] as any,
          SOPClassUID,
          SOPInstanceUID,
        },
        { transferSyntaxUid: explicit },
      ),
      encodeHead(0x00100020, 'ST', 2, { isExplicit: true, isBigEndian: false }),
      Buffer.from('ID'),
    ]);
    const body = await storedBytes(documents, bytes, explicit);
    const edited = await setValuesAt(body, documents, {
      'DataSet.PatientID': 'NEW',
      'DataSet.PatientName': 'Yamada^Tarou=山田^太郎',
    });
    const after = (await bytesOf(edited)).toString('latin1');
    expect(after).toContain('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B');
    expect(after).toContain(' \0ST\x04\0NEW ');
  });

  const refused: readonly [string, Record<string, DataValue | undefined>, string][] = [
    ['a value too long', { 'DataSet.PatientID': 'S'.repeat(65) }, 'VALUE_INVALID'],
    ['a value of another kind', { 'DataSet.Rows': 'two' }, 'VALUE_INVALID'],
    [
      'text that its character set does not have',
      { 'DataSet.PatientName': '山' },
      'TEXT_NOT_ENCODABLE',
    ],
    [
      'an item beyond the next',
      { 'DataSet.RequestAttributesSequence[4].CodeValue': 'X' },
      'ITEM_MISSING',
    ],
    [
      'a second item of a new sequence',
      { 'DataSet.ReferencedStudySequence[2].CodeValue': 'X' },
      'ITEM_MISSING',
    ],
    ['items of bytes', { 'DataSet.(0009,1105)[1].CodeValue': 'X' }, 'NOT_A_SEQUENCE'],
    [
      'a private block that is not there',
      { 'DataSet.(0009,"THEIRS",01)': Buffer.of(1) },
      'TAG_INVALID',
    ],
    ['a command set', { 'CommandSet.Priority': 1 }, 'PATH_INVALID'],
    ['a group length', { 'DataSet.(0008,0000)': 1 }, 'TAG_INVALID'],
    [
      'an element of the file meta information',
      { 'DataSet.TransferSyntaxUID': '1.2' },
      'TAG_INVALID',
    ],
    ['an item as a whole', { 'DataSet.ReferencedStudySequence[1]': undefined }, 'PATH_INVALID'],
    [
      'a sequence and its items at once',
      { 'DataSet.ReferencedStudySequence[1].CodeValue': 'X', 'DataSet.(0008,1110)': undefined },
      'PATH_INVALID',
    ],
    [
      'a SOP instance UID to be removed',
      { 'DataSet.SOPInstanceUID': undefined },
      'DATA_SET_UNREADABLE',
    ],
  ];
  it.each(refused)('refuses %s, and stores nothing', async (_, changes, code) => {
    const body = await storedValues(image, explicit);
    const error = await setValuesAt(body, documents, changes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'PermanentError', code });
    expect((error as Error).message).not.toMatch(/SSSS|two|山/);
    expect(await valuesOf(body)).toEqual(image);
  });

  it('leaves a data set as encodeDataSet would have made it, for any edits', async () => {
    const text = fc.stringMatching(/^[A-Z]{1,9}$/);
    const sequence = fc.array(
      fc.record({ CodeValue: text, CodeMeaning: text }, { requiredKeys: [] }),
      { maxLength: 3 },
    );
    const values = fc.record(
      {
        AccessionNumber: text,
        PatientID: text,
        PatientName: text,
        Rows: fc.nat(65_535),
        ProcedureCodeSequence: sequence,
      },
      { requiredKeys: [] },
    );
    const { SOPClassUID, SOPInstanceUID } = image;
    await fc.assert(
      fc.asyncProperty(
        values,
        values,
        fc.constantFrom(...Object.values(syntaxes)),
        async (before, wanted, syntax) => {
          const body = await storedValues({ SOPClassUID, SOPInstanceUID, ...before }, syntax);
          const names = [
            'AccessionNumber',
            'PatientID',
            'PatientName',
            'Rows',
            'ProcedureCodeSequence',
          ] as const;
          const changes = Object.fromEntries(
            names.map((name) => [`DataSet.${name}`, wanted[name] as DataValue | undefined]),
          );
          const edited = await setValuesAt(body, documents, changes);
          const expected = { SOPClassUID, SOPInstanceUID, ...wanted };
          expect(await bytesOf(edited)).toEqual(
            encodeDataSet(expected, { transferSyntaxUid: plainOf(syntax) }),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

const plainOf = (syntax: string) => (syntax === deflated ? explicit : syntax);

async function storedValues(values: DataValues, syntax: string): Promise<DicomDocument> {
  return await storedBytes(documents, encodeDataSet(values, { transferSyntaxUid: syntax }), syntax);
}

/** The data set of a body, inflated. */
async function bytesOf(body: DicomDocument): Promise<Buffer> {
  return await buffer(chunksOfDataSet(body.document!, documents));
}

async function valuesOf(body: DicomDocument): Promise<DataValues> {
  const { transferSyntaxUid } = body.document!;
  const { PixelData, ...values } = decodeDataSet(await bytesOf(body), plainOf(transferSyntaxUid));
  expect(PixelData).toMatchObject({ length: 32 });
  return { ...values, PixelData: image['PixelData'] };
}

/** Where PatientID is in each file of pydicom that has SOP class and instance UID, if it is; null when it is not. */
const places = `
import pathlib
root = pathlib.Path(pydicom.__file__).parent / 'data'
found = {}
for folder in ('test_files', 'charset_files'):
  for path in sorted((root / folder).rglob('*')):
    try:
      dataset = pydicom.dcmread(path)
      if not dataset.file_meta.TransferSyntaxUID or not dataset.SOPClassUID or not dataset.SOPInstanceUID: continue
      if 'PatientID' in dataset: dataset.get_item('PatientID')
      groupLength = dataset.get_item(0x00100000) if 0x00100000 in dataset else None
      element = dataset.get_item('PatientID') if 'PatientID' in dataset else None
      found[str(path)] = element and dict(start=element.value_tell, length=element.length, vr=element.VR,
        groupLength=groupLength and groupLength.value_tell)
    except Exception: pass
print(json.dumps(found))
`;

/** Says of pairs of files which are not the same to pydicom, the PatientID of the second and group lengths aside. */
const differences = `
different = []
for before, after in json.load(sys.stdin):
  a, b = pydicom.dcmread(before), pydicom.dcmread(after)
  if b.PatientID != 'EDITED-BY-US': different.append([before, 'id'])
  a.PatientID = 'EDITED-BY-US'
  for dataset in (a, b):
    if 0x00100000 in dataset: del dataset[0x00100000]
  if a != b: different.append([before, 'other'])
print(json.dumps(different))
`;

/** The path, by tags, of the deepest short text in a sequence of each file of pydicom that has one. */
const deepTexts = `
import pathlib
root = pathlib.Path(pydicom.__file__).parent / 'data'
def deepest(dataset):
  best = None
  for element in dataset:
    tag = '(%04X,%04X)' % (element.tag.group, element.tag.element)
    if element.VR == 'SQ':
      for number, item in enumerate(element.value, 1):
        inner = deepest(item)
        if inner and (not best or len(inner) >= len(best)): best = ['%s[%d]' % (tag, number)] + inner
    elif element.VR in ('LO', 'SH') and element.VM == 1 and not element.tag.is_private and not best: best = [tag]
  return best
found = []
for folder in ('test_files', 'charset_files'):
  for path in sorted((root / folder).rglob('*')):
    try:
      dataset = pydicom.dcmread(path)
      if not dataset.file_meta.TransferSyntaxUID or not dataset.SOPClassUID or not dataset.SOPInstanceUID: continue
      place = deepest(dataset)
      if place and len(place) > 1: found.append([str(path), '.'.join(place)])
    except Exception: pass
print(json.dumps(found))
`;

/** Sets the texts itself, and says of pairs of files which are then not the same. */
const deepDifferences = `
import re
different = []
for before, after, path in json.load(sys.stdin):
  a, b = pydicom.dcmread(before), pydicom.dcmread(after)
  item = a
  *steps, last = re.findall(r'\\(([0-9A-F]{4}),([0-9A-F]{4})\\)(?:\\[([0-9]+)\\])?', path)
  for group, element, number in steps: item = item[int(group + element, 16)].value[int(number) - 1]
  item[int(last[0] + last[1], 16)].value = 'ANOTHER TEXT'
  for dataset in (a, b):
    for tag in [tag for tag in dataset.keys() if tag.element == 0]: del dataset[tag]
  if a != b: different.append([before, path])
print(json.dumps(different))
`;

/** Its meta information says JPEG, which is explicit; its data set is implicit. */
const unreadable = /SC_rgb_jpeg\.dcm$/;

/** Stores the data set of a Part 10 file. */
async function storedFile(file: string) {
  const whole = await readFile(file);
  const { meta, dataSetPosition } = await readPart10({
    size: whole.length,
    read: async (at, length) => whole.subarray(at, at + length),
  });
  const { transferSyntaxUid } = meta;
  const body = await storedBytes(documents, whole.subarray(dataSetPosition), transferSyntaxUid);
  return { body, transferSyntaxUid, dataSetPosition };
}

/** Writes the data set of a body into a file. */
async function writePart10(path: string, body: DicomDocument): Promise<void> {
  const { digest, transferSyntaxUid } = body.document!;
  const prefix = part10Prefix({ sopClassUid: '1.2', sopInstanceUid: '1.2.3', transferSyntaxUid });
  const blob = await documents.open(digest);
  await writeFile(path, Buffer.concat([prefix, await blob.readFile()]));
  await blob.close();
}

describeWith(
  ['pydicom'],
  'a text deep in a sequence, edited in each of the files of pydicom',
  () => {
    it('is all that changes for pydicom', async () => {
      const files: [string, string][] = pydicom(deepTexts);
      expect(files.length).toBeGreaterThan(20);
      expect(Math.max(...files.map(([, path]) => path.split('.').length))).toBeGreaterThan(2);
      const directory = await mkdtemp(join(tmpdir(), 'consort-edited-'));
      const edits: [string, string, string][] = [];
      for (const [file, path] of files) {
        const { body } = await storedFile(file);
        const changes = { [`DataSet.${path}`]: 'ANOTHER TEXT' };
        const edited = await setValuesAt(body, documents, changes);
        const written = join(directory, `${edits.length}.dcm`);
        await writePart10(written, edited);
        edits.push([file, written, path]);
      }
      expect(pydicom(deepDifferences, edits)).toEqual([]);
      await rm(directory, { recursive: true });
    });
  },
);

describeWith(['pydicom'], 'PatientID, edited in each of the files of pydicom', () => {
  it('is all that changes, byte for byte, and pydicom reads the rest as before', async () => {
    const files = Object.entries<any>(pydicom(places));
    expect(files.length).toBeGreaterThan(140);
    const directory = await mkdtemp(join(tmpdir(), 'consort-edited-'));
    const pairs: [string, string][] = [];
    for (const [file, place] of files) {
      const { body, transferSyntaxUid, dataSetPosition } = await storedFile(file);
      const editing = setValuesAt(body, documents, { 'DataSet.PatientID': 'EDITED-BY-US' });
      if (unreadable.test(file)) {
        await expect(editing, file).rejects.toMatchObject({ code: 'DATA_SET_UNREADABLE' });
        continue;
      }
      const edited = await editing;
      const [before, after] = [await bytesOf(body), await bytesOf(edited)];
      if (place) {
        // What comes before and what comes after the element, as pydicom finds it, is the same.
        const isDeflated = transferSyntaxUid === deflated;
        const start = isDeflated
          ? before.indexOf(Buffer.of(0x10, 0, 0x20, 0)) + 8
          : place.start - dataSetPosition;
        // One of VR UN becomes one of VR LO, whose head is shorter.
        const head = place.vr === 'UN' ? 12 : 8;
        const end = start + place.length;
        const length = place.groupLength ? place.groupLength - dataSetPosition : start - head;
        expect(after.subarray(0, length).equals(before.subarray(0, length)), file).toBe(true);
        expect(after.subarray(end - before.length).equals(before.subarray(end)), file).toBe(true);
        expect(after.length - before.length, file).toBe(8 + 12 - head - place.length);
        const between = [length + (place.groupLength ? 4 : 0), start - head] as const;
        expect(after.subarray(...between).equals(before.subarray(...between)), file).toBe(true);
      }
      const path = join(directory, `${pairs.length}.dcm`);
      await writePart10(path, edited);
      pairs.push([file, path]);
    }
    expect(pydicom(differences, pairs)).toEqual([]);
    await rm(directory, { recursive: true });
  });
});
