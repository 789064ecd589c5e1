import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { DocumentStore } from '@consort/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPart10 } from '../part10/read-part10.ts';
import { tailOf, type ByteSource } from './byte-source.ts';
import { readAttributes } from './read-attributes.ts';
import { readHeader } from './read-header.ts';

const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';
const deflated = '1.2.840.10008.1.2.1.99';
const bigEndian = '1.2.840.10008.1.2.2';

/** What pydicom reads in each of its own sample files; null for those without SOP class or instance UID. */
const oracle = JSON.parse(
  execFileSync(
    '/usr/bin/python3',
    [
      '-c',
      `
import json, pathlib, warnings, pydicom
warnings.simplefilter('ignore')
names = dict(patientId='PatientID', patientName='PatientName', accessionNumber='AccessionNumber', modality='Modality',
  studyInstanceUid='StudyInstanceUID', seriesInstanceUid='SeriesInstanceUID', sopInstanceUid='SOPInstanceUID')
def text(value):
  if value is None: return ''
  return '\\\\'.join(value) if isinstance(value, pydicom.multival.MultiValue) else str(value)
found = {}
root = pathlib.Path(pydicom.__file__).parent / 'data'
for folder in ('test_files', 'charset_files'):
  for path in sorted((root / folder).rglob('*')):
    if not path.is_file(): continue
    try: dataset = pydicom.dcmread(path, stop_before_pixels=True)
    except Exception: continue
    meta = getattr(dataset.file_meta, 'TransferSyntaxUID', None)
    if meta is None: continue
    attributes = {ours: text(dataset.get(theirs)).strip() for ours, theirs in names.items()}
    complete = 'SOPClassUID' in dataset and 'SOPInstanceUID' in dataset
    found[str(path)] = dict(attributes={k: v for k, v in attributes.items() if v},
      sopClassUid=text(dataset.SOPClassUID)) if complete else None
print(json.dumps(found))
`,
    ],
    { encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'ignore'] },
  ),
) as Record<string, { sopClassUid: string; attributes: Record<string, string> } | null>;

// Its meta information says JPEG, which is explicit; its data set is implicit.
const mislabelled = 'SC_rgb_jpeg.dcm';

describe('readHeader', () => {
  it('reads what pydicom reads in every one of its files', async () => {
    const files = Object.entries(oracle);
    expect(files.filter(([, expected]) => expected).length).toBeGreaterThan(140);
    for (const [file, expected] of files) {
      const { source, meta, dataSetPosition } = await sample(file);
      const reading = readHeader(tailOf(source, dataSetPosition), meta.transferSyntaxUid);
      if (expected === null || file.endsWith(mislabelled)) {
        await expect(reading, file).rejects.toMatchObject({ code: 'DATA_SET_UNREADABLE' });
        continue;
      }
      expect(await reading, file).toEqual({
        ...expected,
        sopInstanceUid: expected.attributes['sopInstanceUid'],
      });
    }
  });

  it('never reads pixel data, however large it is', async () => {
    const head = dataSet(explicit);
    const size = head.length + 4 * 1024 ** 3;
    const reads: number[] = [];
    const source: ByteSource = {
      size,
      async read(position, length) {
        reads.push(position + length);
        const bytes = Buffer.alloc(length);
        head.copy(bytes, 0, position);
        return bytes;
      },
    };
    await readHeader(source, explicit);
    expect(reads).toEqual([4096]);
  });

  it('passes over long values without reading them', async () => {
    const long = element(explicit, 0x00090010, 'OB', Buffer.alloc(40 * 1024 * 1024));
    const source = counted(bytesSource(Buffer.concat([...ids(explicit), long, ...rest(explicit)])));
    expect((await readHeader(source, explicit)).attributes.patientId).toBe('ID');
    expect(source.bytesRead).toBeLessThan(100_000);
  });

  it.each([implicit, explicit, bigEndian])(
    'H28, B50: reads past sequences of undefined length, nested 32 deep, in %s',
    async (syntax) => {
      const bytes = Buffer.concat([...ids(syntax), nested(syntax, 32), ...rest(syntax)]);
      expect((await readHeader(bytesSource(bytes), syntax)).attributes.patientId).toBe('ID');
      const deeper = Buffer.concat([...ids(syntax), nested(syntax, 33), ...rest(syntax)]);
      await expect(readHeader(bytesSource(deeper), syntax)).rejects.toMatchObject({
        name: 'PermanentError',
        code: 'DATA_SET_UNREADABLE',
        message: expect.stringContaining('more than 32 deep'),
      });
    },
  );

  it.each([explicit, bigEndian])(
    'B54: reads a UN of undefined length in %s as Implicit VR Little Endian',
    async (syntax) => {
      const unknown = Buffer.concat([
        undefinedHead(syntax, 0x00091001, 'UN'),
        nested(implicit, 2).subarray(8),
      ]);
      const bytes = Buffer.concat([...ids(syntax), unknown, ...rest(syntax)]);
      expect((await readHeader(bytesSource(bytes), syntax)).attributes.patientId).toBe('ID');
    },
  );

  it('B54: reads past VRs it does not know', async () => {
    const future = Buffer.concat([
      Buffer.from([0x09, 0, 0x01, 0x10]),
      Buffer.from('ZZ\0\0'),
      Buffer.from([4, 0, 0, 0, 1, 2, 3, 4]),
    ]);
    const short = Buffer.concat([
      Buffer.from([0x09, 0, 0x02, 0x10]),
      Buffer.from('??'),
      Buffer.from([2, 0, 1, 2]),
    ]);
    const bytes = Buffer.concat([...ids(explicit), future, short, ...rest(explicit)]);
    expect((await readHeader(bytesSource(bytes), explicit)).attributes.patientId).toBe('ID');
  });

  it('inflates no more of a deflated data set than its head', async () => {
    const bytes = Buffer.concat([dataSet(explicit), randomBytes(8 * 1024 * 1024)]);
    const source = counted(bytesSource(deflateRawSync(bytes)));
    expect((await readHeader(source, deflated)).attributes.patientId).toBe('ID');
    expect(source.bytesRead).toBeLessThan(2 * 1024 * 1024);
  });

  it('reads a deflated data set whatever follows it', async () => {
    const bytes = Buffer.concat([deflateRawSync(dataSet(explicit)), Buffer.alloc(200_001, 7)]);
    expect((await readHeader(bytesSource(bytes), deflated)).attributes.patientId).toBe('ID');
  });

  it('H29, B58: stops at a deflated bomb and at broken deflated data', async () => {
    const bomb = element(explicit, 0x00090010, 'OB', Buffer.alloc(60 * 1024 * 1024));
    const whole = deflateRawSync(Buffer.concat([...ids(explicit), bomb, ...rest(explicit)]));
    await expect(readHeader(bytesSource(whole), deflated)).rejects.toMatchObject({
      code: 'DATA_SET_UNREADABLE',
      message: expect.stringContaining('hundredfold'),
    });
    const good = deflateRawSync(dataSet(explicit));
    for (const bytes of [good.subarray(0, 20), Buffer.alloc(50, 0xff), Buffer.alloc(0)]) {
      await expect(readHeader(bytesSource(bytes), deflated)).rejects.toMatchObject({
        code: 'DATA_SET_UNREADABLE',
      });
    }
  });

  it('B55: tells a data set of another transfer syntax than the one named', async () => {
    for (const real of [implicit, explicit, bigEndian]) {
      for (const named of [implicit, explicit, bigEndian]) {
        const reading = readHeader(bytesSource(dataSet(real)), named);
        if (real === named) await reading;
        else await expect(reading).rejects.toMatchObject({ code: 'DATA_SET_UNREADABLE' });
      }
    }
  });

  it.each([
    ['H28, B47: nothing', Buffer.alloc(0)],
    ['B47: seven bytes', Buffer.from([8, 0, 0x16, 0, 0x55, 0x49, 4])],
    ['B46: no SOP UIDs', element(explicit, 0x00080060, 'CS', 'CT')],
    ['B53: a command set', element(explicit, 0x00000000, 'UL', Buffer.alloc(4))],
    ['B52: a stray item', Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0])],
    ['H28, B48: a value longer than the data', dataSet(explicit).subarray(0, 60)],
    ['B49: no length where there has to be one', undefinedHead(explicit, 0x00080012, 'UT')],
    [
      'B52: a sequence that does not end',
      Buffer.concat([...ids(explicit), undefinedHead(explicit, 0x00081140, 'SQ')]),
    ],
    [
      'B52: an element where an item has to be',
      Buffer.concat([undefinedHead(explicit, 0x00081140, 'SQ'), ...ids(explicit)]),
    ],
    [
      'B51: more elements than any head has',
      Buffer.concat([
        ...ids(explicit),
        ...Array.from({ length: 100_001 }, () => element(explicit, 0x00090010, 'LO', '')),
      ]),
    ],
  ])('refuses %s', async (_what, bytes) => {
    await expect(readHeader(bytesSource(bytes), explicit)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'DATA_SET_UNREADABLE',
    });
  });

  it('says where it failed and never a value', async () => {
    const bytes = dataSet(explicit).subarray(0, 70);
    const error: Error = await readHeader(bytesSource(bytes), explicit).then(
      () => expect.fail('it was read'),
      (reason: Error) => reason,
    );
    expect(error.message).toContain('at byte');
    expect(error.message).not.toContain('1.2.840');
    expect(error.message).not.toContain('9.8.7');
  });

  it('B53, B56: takes the first of two elements with one tag, and bounds what it keeps', async () => {
    const twice = Buffer.concat([
      ...ids(explicit),
      element(explicit, 0x00100020, 'LO', 'FIRST '),
      element(explicit, 0x00100020, 'LO', 'SECOND'),
    ]);
    expect((await readHeader(bytesSource(twice), explicit)).attributes.patientId).toBe('FIRST');
    const long = Buffer.concat([
      ...ids(explicit),
      element(explicit, 0x00100020, 'UN', Buffer.alloc(20 * 1024 * 1024, 'x')),
    ]);
    const source = counted(bytesSource(long));
    expect((await readHeader(source, explicit)).attributes.patientId).toHaveLength(256);
    expect(source.bytesRead).toBeLessThan(200_000);
  });

  it('throws nothing but its own error, on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom(implicit, explicit, bigEndian, deflated),
        async (bytes, syntax) => {
          await readsOrRefuses(bytesSource(Buffer.from(bytes)), syntax);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('throws nothing but its own error on real files with changed bytes, and reads each place once', async () => {
    const samples = await Promise.all(
      Object.keys(oracle)
        .filter((file) => !file.includes('dicomdirtests'))
        .map(async (file) => {
          const { bytes, meta, dataSetPosition } = await sample(file);
          return { bytes: bytes.subarray(dataSetPosition), syntax: meta.transferSyntaxUid };
        }),
    );
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.oneof(fc.constantFrom(0, 0xff, 0xfe, 0x53), fc.integer({ min: 0, max: 255 })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async ({ bytes, syntax }, changes, cut) => {
          const head = Math.min(bytes.length, 2000);
          const changed = Buffer.from(bytes.subarray(0, 20_000));
          for (const { at, to } of changes) changed[Math.floor(at * (head - 1))] = to;
          const source = counted(bytesSource(changed.subarray(0, Math.ceil(2 * cut * head))));
          await readsOrRefuses(source, syntax);
          // Each place once; only what straddles the end of a load is read again.
          expect(source.bytesRead).toBeLessThanOrEqual(source.size + 12 * source.reads);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('readAttributes', () => {
  it('reads the attributes of a stored document', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'consort-header-'));
    const bytes = dataSet(explicit);
    await writeFile(join(directory, 'digest'), bytes);
    const documents = {
      open: (digest: string) => open(join(directory, digest)),
    } as unknown as DocumentStore;
    const document = {
      digest: 'digest',
      size: bytes.length,
      transferSyntaxUid: explicit,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      attributes: {},
    };
    expect(await readAttributes(documents, document)).toEqual({
      sopInstanceUid: '9.8.7',
      patientId: 'ID',
      studyInstanceUid: '1.2.3',
    });
    await rm(directory, { recursive: true });
  });
});

async function readsOrRefuses(source: ByteSource, syntax: string): Promise<void> {
  await readHeader(source, syntax).catch((error: unknown) => {
    expect(error).toMatchObject({ name: 'PermanentError', code: 'DATA_SET_UNREADABLE' });
  });
}

async function sample(file: string) {
  const bytes = await readFile(file);
  const source = bytesSource(bytes);
  return { bytes, source, ...(await readPart10(source)) };
}

function bytesSource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  };
}

function counted(source: ByteSource) {
  return {
    size: source.size,
    reads: 0,
    bytesRead: 0,
    async read(position: number, length: number) {
      const bytes = await source.read(position, length);
      this.reads += 1;
      this.bytesRead += bytes.length;
      return bytes;
    },
  };
}

/** Bytes that do not compress. */
function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, seed = 1; index < length; index += 4) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    bytes.writeInt32LE(seed, index);
  }
  return bytes;
}

function dataSet(syntax: string): Buffer {
  return Buffer.concat([...ids(syntax), ...rest(syntax)]);
}

function ids(syntax: string): Buffer[] {
  return [
    element(syntax, 0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2\0'),
    element(syntax, 0x00080018, 'UI', '9.8.7\0'),
  ];
}

function rest(syntax: string): Buffer[] {
  return [
    element(syntax, 0x00100020, 'LO', 'ID'),
    element(syntax, 0x0020000d, 'UI', '1.2.3\0'),
    element(syntax, 0x7fe00010, 'OW', Buffer.alloc(64)),
  ];
}

/** Sequences of undefined length, one in the other; the innermost item also holds a short value. */
function nested(syntax: string, depth: number): Buffer {
  if (depth === 0) return element(syntax, 0x00080100, 'SH', 'CODE');
  return Buffer.concat([
    undefinedHead(syntax, 0x00081140, 'SQ'),
    delimiter(syntax, 0xfffee000, 0xffffffff),
    nested(syntax, depth - 1),
    delimiter(syntax, 0xfffee00d, 0),
    delimiter(syntax, 0xfffee0dd, 0),
  ]);
}

function undefinedHead(syntax: string, tag: number, vr: string): Buffer {
  if (syntax === implicit) return delimiter(syntax, tag, 0xffffffff);
  const head = Buffer.concat([delimiter(syntax, tag, 0).subarray(0, 4), Buffer.from(`${vr}\0\0`)]);
  return Buffer.concat([head, Buffer.alloc(4, 0xff)]);
}

function delimiter(syntax: string, tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  if (syntax === bigEndian) {
    bytes.writeUInt32BE(tag, 0);
    bytes.writeUInt32BE(length, 4);
    return bytes;
  }
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

function element(syntax: string, tag: number, vr: string, content: string | Buffer): Buffer {
  const value = Buffer.from(content as string, 'latin1');
  const implicitHead = delimiter(syntax, tag, value.length);
  if (syntax === implicit) return Buffer.concat([implicitHead, value]);
  const isLong = ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(vr);
  const length = Buffer.alloc(isLong ? 6 : 2);
  if (syntax === bigEndian) length.writeUIntBE(value.length, isLong ? 2 : 0, isLong ? 4 : 2);
  else length.writeUIntLE(value.length, isLong ? 2 : 0, isLong ? 4 : 2);
  return Buffer.concat([implicitHead.subarray(0, 4), Buffer.from(vr), length, value]);
}
