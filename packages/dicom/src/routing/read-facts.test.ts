import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { pydicomFiles } from '@consort/testing';
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

async function factsOf(path: string) {
  const handle = await open(path);
  try {
    const source = fileSource(handle, (await handle.stat()).size);
    const { meta, dataSetPosition } = await readPart10(source);
    return await readFacts(keywords, tailOf(source, dataSetPosition), meta.transferSyntaxUid, {
      callingAeTitle: '',
      calledAeTitle: '',
      peerAddress: '',
      now: new Date(),
    });
  } finally {
    await handle.close();
  }
}
