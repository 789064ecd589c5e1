import { buffer } from 'node:stream/consumers';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { readPart10 } from '../part10/read-part10.ts';
import { tagOf } from './dictionary.ts';
import { encodeDataSet } from './encode-data-set.ts';
import { pydicom, syntaxes } from './pydicom.fixture.ts';
import { readDataSet } from './read-data-set.ts';
import { storedBytes, temporaryDocuments } from './stored.fixture.ts';
import { parseTag } from './tag.ts';
import { isLargeValue, type DataValues, type LargeValue } from './value.ts';

// Hundreds of documents, each synced to its disk, which others may keep busy.
vi.setConfig({ testTimeout: 120_000 });

const { explicit, implicit } = syntaxes;
const study: DataValues = {
  SpecificCharacterSet: 'ISO_IR 100',
  PatientName: 'Müller^Jürgen',
  PatientSize: '1.70',
  ImageType: ['ORIGINAL', 'PRIMARY'],
  AccessionNumber: null,
  Rows: 4,
  RequestAttributesSequence: [
    { ScheduledProcedureStepID: 'A', ScheduledProtocolCodeSequence: [{ CodeValue: 'X' }] },
    { ScheduledProtocolCodeSequence: [{ CodeValue: 'Y' }, { CodeValue: 'Z' }] },
  ],
  '(0009,0011)': 'OURS',
  '(0009,1105)': Buffer.of(1, 2),
  PixelData: Buffer.alloc(32, 7),
};

describe('readDataSet', () => {
  it('gives each value its type', async () => {
    const dataSet = await read(study, explicit);
    const values = {
      'DataSet.PatientName': 'Müller^Jürgen',
      'DataSet.(0010,0010)': 'Müller^Jürgen',
      'DataSet.PatientSize': 1.7,
      'DataSet.ImageType': ['ORIGINAL', 'PRIMARY'],
      'DataSet.AccessionNumber': null,
      'DataSet.PatientID': undefined,
      'DataSet.Rows': 4,
      'DataSet.RequestAttributesSequence[1].ScheduledProcedureStepID': 'A',
      'DataSet.RequestAttributesSequence[3].ScheduledProcedureStepID': undefined,
      'DataSet.RequestAttributesSequence[*].ScheduledProcedureStepID': ['A', undefined],
      'DataSet.RequestAttributesSequence[*].ScheduledProtocolCodeSequence[*].CodeValue': [
        'X',
        'Y',
        'Z',
      ],
      'DataSet.RequestAttributesSequence[2].ScheduledProtocolCodeSequence[2]': { CodeValue: 'Z' },
      'DataSet.RequestAttributesSequence': study['RequestAttributesSequence'],
      'DataSet.ReferencedStudySequence[*].CodeValue': [],
      'DataSet.(0009,1105)': Buffer.of(1, 2),
      'DataSet.(0009,"OURS",05)': Buffer.of(1, 2),
      'DataSet.(0009,"THEIRS",05)': undefined,
      'CommandSet.CommandField': 'C-STORE-RQ',
      'CommandSet.AffectedSOPInstanceUID': '1.2.3',
      'CommandSet.MessageID': undefined,
    };
    for (const [path, value] of Object.entries(values)) {
      expect(dataSet.getValueAt(path), path).toEqual(value);
    }
    expect(dataSet.getTextAt('DataSet.PatientSize')).toBe('1.70');
    expect(dataSet.getTextAt('DataSet.ImageType')).toBe(String.raw`ORIGINAL\PRIMARY`);
    expect(dataSet.getTextAt('DataSet.AccessionNumber')).toBe('');
    expect(dataSet.getTextAt('DataSet.PatientID')).toBeUndefined();
    expect(dataSet.getVrAt('DataSet.PatientSize')).toBe('DS');
    expect(dataSet.getVrAt('DataSet.PatientID')).toBeUndefined();
  });

  it('leaves pixel data and long values in the document, and streams them from there', async () => {
    await using stored = await temporaryDocuments();
    const long = 'x'.repeat(100_000);
    const bytes = encodeDataSet({ ...study, TextValue: long }, { transferSyntaxUid: explicit });
    const dataSet = await readDataSet(
      await storedBytes(stored.documents, bytes, explicit),
      stored.documents,
    );
    const text = dataSet.getValueAt('DataSet.TextValue') as LargeValue;
    const pixels = dataSet.getValueAt('DataSet.PixelData') as LargeValue;
    expect(text).toMatchObject({ vr: 'UT', length: 100_000 });
    expect((await buffer(text.stream())).toString()).toBe(long);
    expect(await buffer(pixels.stream())).toEqual(study['PixelData']);
  });

  it.each([
    ['', 'PATH_INVALID', 1],
    ['DataSet', 'PATH_INVALID', 8],
    ['Dataset.PatientID', 'PATH_INVALID', 1],
    ['PatientID', 'PATH_INVALID', 1],
    ['DataSet.', 'PATH_INVALID', 9],
    ['DataSet..PatientID', 'PATH_INVALID', 9],
    ['DataSet.PatientID.', 'PATH_INVALID', 19],
    ['DataSet.PatientID x', 'PATH_INVALID', 18],
    ['DataSet.PatientId', 'KEYWORD_UNKNOWN', 9],
    ['DataSet.(0010,002)', 'TAG_INVALID', 9],
    ['DataSet.(0010,00G0)', 'TAG_INVALID', 9],
    ['DataSet.(0010,0020', 'TAG_INVALID', 9],
    ['DataSet.(FFFE,E000)', 'TAG_INVALID', 9],
    ['DataSet.(0010,"X",20)', 'TAG_INVALID', 9],
    ['DataSet.PatientID[1]', 'NOT_A_SEQUENCE', 18],
    ['DataSet.ReferencedStudySequence[0].X', 'PATH_INVALID', 32],
    ['DataSet.ReferencedStudySequence[-1].X', 'PATH_INVALID', 32],
    ['DataSet.RequestAttributesSequence.CodeValue', 'NOT_A_SEQUENCE', 34],
    ['DataSet.(0009,1105)[1].CodeValue', 'NOT_A_SEQUENCE', 9],
    ['CommandSet.PatientID', 'TAG_INVALID', 12],
    [`DataSet${'.ReferencedStudySequence[1]'.repeat(34)}`, 'PATH_INVALID', 926],
  ])('refuses the path %j', async (path, code, position) => {
    const dataSet = await read(study, explicit);
    expect(() => dataSet.getValueAt(path)).toThrow(
      expect.objectContaining({
        name: 'PermanentError',
        code,
        position,
        message: expect.stringContaining(`at position ${position} `),
      }),
    );
  });

  it('names the keyword that was probably meant', async () => {
    const dataSet = await read(study, explicit);
    expect(() => dataSet.getValueAt('DataSet.PatientId')).toThrow('did you mean PatientID?');
  });

  it('takes any text for a path or refuses it by its own error', async () => {
    const dataSet = await read(study, implicit);
    const part = fc.oneof(
      fc.constantFrom('DataSet', '.', '[1]', '[*]', '(0009,1105)', 'PatientName', '"', '('),
      fc.constantFrom('RequestAttributesSequence', 'ScheduledProtocolCodeSequence', 'CodeValue'),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        try {
          dataSet.getValueAt(`DataSet.${parts.join('')}`);
        } catch (error) {
          expect(error).toMatchObject({ name: 'PermanentError', position: expect.any(Number) });
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.values(syntaxes))(
    'throws nothing but its own error on changed bytes, in %s',
    async (syntax) => {
      await using stored = await temporaryDocuments();
      const bytes = encodeDataSet(study, { transferSyntaxUid: syntax });
      const change = fc.record({
        at: fc.nat(bytes.length - 1),
        to: fc.oneof(fc.constantFrom(0, 0xff, 0xfe, 0x53), fc.nat(255)),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { minLength: 1, maxLength: 6 }),
          fc.nat(bytes.length),
          async (changes, cut) => {
            const changed = Buffer.from(bytes.subarray(0, bytes.length - cut));
            for (const { at, to } of changes) if (at < changed.length) changed[at] = to;
            const body = await storedBytes(stored.documents, changed, syntax);
            await readDataSet(body, stored.documents)
              .then((dataSet) => dataSet.values())
              .catch((error: unknown) => {
                expect(error).toMatchObject({
                  name: 'PermanentError',
                  code: 'DATA_SET_UNREADABLE',
                });
              });
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});

async function read(values: DataValues, syntax: string) {
  await using stored = await temporaryDocuments();
  const bytes = encodeDataSet(values, { transferSyntaxUid: syntax });
  return await readDataSet(await storedBytes(stored.documents, bytes, syntax), stored.documents);
}

/** Every value that pydicom finds in its own files, by tag: VR and list of values; bytes as their number. */
const everyValue = `
import math, pathlib
from pydicom.multival import MultiValue
from pydicom.valuerep import DSfloat, IS, PersonName
def one(value):
  if isinstance(value, (bytes, bytearray)): return dict(bytes=len(value))
  if value is None: return ''
  if isinstance(value, PersonName): return str(value)
  if isinstance(value, (DSfloat, IS)): return float(value)
  if isinstance(value, pydicom.tag.BaseTag): return '(%04X,%04X)' % (value.group, value.element)
  if isinstance(value, str): return value.rstrip(' \\0')
  return value if not isinstance(value, float) or math.isfinite(value) else str(value)
def of(dataset):
  found = {}
  for element in dataset:
    if element.tag.element == 0: continue
    value = element.value
    if element.VR == 'SQ': values = [of(item) for item in value]
    elif isinstance(value, (MultiValue, list)): values = [one(v) for v in value] or ['']
    else: values = [one(value)]
    found['%08X' % element.tag] = values
  return found
root = pathlib.Path(pydicom.__file__).parent / 'data'
found = {}
for folder in ('test_files', 'charset_files'):
  for path in sorted((root / folder).rglob('*')):
    try:
      dataset = pydicom.dcmread(path)
      if dataset.file_meta.TransferSyntaxUID: found[str(path)] = of(dataset)
    except Exception: pass
print(json.dumps(found))
`;

/** Of these pydicom reads what cannot be right: mislabelled, cut off within a sequence, lengths that do not agree. */
const unreadable = /SC_rgb_jpeg\.dcm$|rtplan_truncated\.dcm$|DICOMDIR-nooffset$/;

describeWith(['pydicom'], 'every one of the files of pydicom', () => {
  it('has for readDataSet the values it has for pydicom, texts in every character set too', async () => {
    const oracle = Object.entries<Record<string, unknown[]>>(pydicom(everyValue));
    expect(oracle.length).toBeGreaterThan(160);
    await using stored = await temporaryDocuments();
    for (const [file, expected] of oracle) {
      const bytes = await readFile(file);
      const { meta, dataSetPosition } = await readPart10({
        size: bytes.length,
        read: async (at, length) => bytes.subarray(at, at + length),
      });
      const body = await storedBytes(
        stored.documents,
        bytes.subarray(dataSetPosition),
        meta.transferSyntaxUid,
      );
      const reading = readDataSet(body, stored.documents);
      if (unreadable.test(file)) {
        await expect(reading, file).rejects.toMatchObject({ code: 'DATA_SET_UNREADABLE' });
        continue;
      }
      expect(asPydicomSays((await reading).values(), expected), file).toEqual(expected);
    }
  });
});

/** Our values in pydicom's form. It knows private elements that our dictionary does not; those are bytes for us. */
function asPydicomSays(
  values: DataValues,
  expected: Record<string, unknown[]>,
): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const number = tagOf(key) ?? parseTag(key)!;
      const tag = number.toString(16).toUpperCase().padStart(8, '0');
      const theirs = expected[tag] ?? [];
      const isPrivate = ((number >>> 16) & 1) === 1;
      if (isPrivate && Buffer.isBuffer(value)) return [tag, theirs];
      const list = Array.isArray(value) ? value : [value];
      return [
        tag,
        list.map((one, index) => {
          if (Buffer.isBuffer(one) || isLargeValue(one)) return { bytes: one.length };
          if (one === null) return '';
          // It drops empty component groups at the end of a name.
          if (typeof one === 'string') return one.replace(/=+$/, '');
          if (typeof one === 'object')
            return asPydicomSays(one as DataValues, theirs[index] as any);
          return typeof one === 'number' && !Number.isFinite(one) ? String(one) : one;
        }),
      ];
    }),
  );
}
