import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { pydicomFiles } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { fileSource, readPart10, tailOf } from '../part10/index.ts';
import { knownElements } from './elements.ts';
import { readFacts } from './read-facts.ts';

const keywords =
  'Modality ImageType PatientID StudyDate SeriesNumber Rows Columns BitsAllocated SliceThickness PixelSpacing ImagePositionPatient EchoTime BodyPartExamined'.split(
    ' ',
  );

// What pydicom says of the same elements, as JSON, for the files that it can read.
const script = `
import json, sys, pydicom
from pydicom.multival import MultiValue
def one(v):
    return float(v) if isinstance(v, (int, float)) or type(v).__name__.startswith(('DS', 'IS')) else str(v).strip()
said = {}
for path in sys.argv[2:]:
    ds = pydicom.dcmread(path, force=True, stop_before_pixels=True)
    said[path] = {k: ([one(x) for x in v] if isinstance(v, MultiValue) else one(v)) for k in sys.argv[1].split(',') for v in [ds.get(k)] if v is not None and v != ''}
print(json.dumps(said))
`;

const itemsScript = `
import json, sys, pydicom
ds = pydicom.dcmread(sys.argv[1], stop_before_pixels=True)
print(json.dumps([
    [{'SegmentLabel': s.SegmentLabel, 'SegmentNumber': s.SegmentNumber, 'SegmentedPropertyTypeCodeSequence': [{'CodeMeaning': c.CodeMeaning} for c in s.SegmentedPropertyTypeCodeSequence]} for s in ds.SegmentSequence],
    [{'PixelMeasuresSequence': [{'PixelSpacing': [float(v) for v in p.PixelSpacing]} for p in g.PixelMeasuresSequence]} for g in ds.SharedFunctionalGroupsSequence],
]))
`;

describeWith(['pydicom'], 'the facts of an image', () => {
  it('are what pydicom reads of it, in every transfer syntax', async () => {
    const files = pydicomFiles().filter((path) =>
      /(CT_small|MR_small\w*|JPEG2000|image_dfl|ExplVR_BigEnd|rtdose\w*|SC_rgb_rle|liver\w*)\.dcm$/.test(
        path,
      ),
    );
    expect(files.length).toBeGreaterThan(15);
    const run = promisify(execFile);
    const { stdout } = await run('/usr/bin/python3', ['-c', script, keywords.join(','), ...files]);
    const said = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    for (const file of files) {
      const facts = await factsOf(file);
      for (const keyword of keywords) {
        const { isList, kind } = knownElements().get(keyword)!;
        const none = isList ? [] : kind === 'text' ? '' : Number.NaN;
        const value = said[file]?.[keyword];
        const expected = value === undefined ? none : isList ? [value].flat() : value;
        expect({ file, [keyword]: facts[keyword] }).toEqual({ file, [keyword]: expected });
      }
    }
  });
});

describeWith(['pydicom'], 'the items of a sequence', () => {
  it('are what pydicom reads of them, in items of items too', async () => {
    const file = pydicomFiles().find((path) => path.endsWith('/liver_1frame.dcm')) ?? '';
    const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', itemsScript, file]);
    const facts = await factsOf(file, {
      elements: ['SegmentSequence', 'SharedFunctionalGroupsSequence', 'ReferencedStudySequence'],
      members: [
        'SegmentLabel',
        'SegmentNumber',
        'SegmentedPropertyTypeCodeSequence',
        'CodeMeaning',
        'PixelMeasuresSequence',
        'PixelSpacing',
      ],
    });
    const { SegmentSequence, SharedFunctionalGroupsSequence, ReferencedStudySequence } = facts;
    expect([SegmentSequence, SharedFunctionalGroupsSequence]).toMatchObject(
      JSON.parse(stdout) as object[],
    );
    expect(ReferencedStudySequence).toEqual([]);
    // What is absent in an item is as on the top level.
    expect(SegmentSequence).toMatchObject([{ PixelMeasuresSequence: [], PixelSpacing: [] }]);
  });
});

it('a sequence of more than 1 000 items decides nothing', async () => {
  const item = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  const ask = (count: number) => {
    const head = Buffer.from([0x40, 0, 0x75, 0x02, 0x53, 0x51, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32LE(count * item.length, 8);
    const bytes = Buffer.concat([head, ...Array.from({ length: count }, () => item)]);
    const source = {
      size: bytes.length,
      read: async (position: number, length: number) => bytes.subarray(position, position + length),
    };
    const names = { elements: ['RequestAttributesSequence'], members: ['CodeValue'] };
    return readFacts(names, source, '1.2.840.10008.1.2.1', circumstances);
  };
  expect((await ask(1_000))['RequestAttributesSequence']).toHaveLength(1_000);
  await expect(ask(1_001)).rejects.toMatchObject({ code: 'CONDITION_UNDECIDED' });
});

const circumstances = {
  callingAeTitle: '',
  calledAeTitle: '',
  peerAddress: '',
  now: new Date(),
};

async function factsOf(
  path: string,
  names: Parameters<typeof readFacts>[0] = { elements: keywords, members: [] },
) {
  const handle = await open(path);
  try {
    const source = fileSource(handle, (await handle.stat()).size);
    const { meta, dataSetPosition } = await readPart10(source);
    const dataSet = tailOf(source, dataSetPosition);
    return await readFacts(names, dataSet, meta.transferSyntaxUid, circumstances);
  } finally {
    await handle.close();
  }
}
