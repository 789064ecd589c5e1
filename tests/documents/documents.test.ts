import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeDataSet, encodeDataSet, type DataValues } from '@consort/dicom';
import { part10Prefix, readPart10 } from '@consort/dicom/part10';
import { freePort, sampleStudy, sendFiles, startTestProduction } from '@consort/testing/consort';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

const page = await readFile(root('docs/documents.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
const block = (words: string) => blocks.find((code) => code.includes(words))!;
const explicit = '1.2.840.10008.1.2.1';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-documents-'));
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  for (const name of ['first', 'second']) await mkdir(join(folder, name));
});

afterEach(() => rm(folder, { recursive: true }));

test('docs/documents.md has the six pieces of code that are run here', () => {
  expect(blocks).toHaveLength(6);
});

test('small data sets', async () => {
  const code = join(folder, 'small.ts');
  await writeFile(code, block('const worklistItem'));
  await expect(import(/* @vite-ignore */ code)).resolves.toBeDefined();
});

describeWith(['redis', 'pydicom'], 'docs/documents.md', () => {
  test('reading', async () => {
    await send(block('getTextAt'), '{ axial: First, others: Second }', [
      ...sampleStudy(),
      await file({ ImageType: ['ORIGINAL', 'SECONDARY'] }),
    ]);
    const [first, second] = [await receivedIn('first'), await receivedIn('second')];
    const isAxial = ({ ImageType }: DataValues) => [ImageType].flat().includes('AXIAL');
    expect(first.map(isAxial)).toEqual(first.map(() => true));
    expect(second.map(isAxial)).toEqual(second.map(() => false));
    expect(first.length + second.length).toBe(sampleStudy().length + 1);
    expect(first.length).toBeGreaterThan(0);
  });

  test('editing', async () => {
    const before = {
      InstitutionName: 'OLD',
      StudyDescription: 'TO BE EMPTY',
      OtherPatientIDs: 'TO GO',
      '(0009,0010)': 'OURS',
      '(0009,1001)': Buffer.of(1, 2),
    };
    await send(block('setValuesAt'), '{ archive: First, institution: GENERAL }', [
      await file(before),
    ]);
    const [received] = await receivedIn('first');
    const { OtherPatientIDs: _, ...kept } = before;
    expect(received).toEqual({
      ...ids,
      ...kept,
      InstitutionName: 'GENERAL',
      StudyDescription: null,
      RequestAttributesSequence: [{ RequestedProcedureID: 'RP-1' }],
    });
  });

  test('JSON', async () => {
    await send(block('dicomJsonOf'), '{ archive: First, directory: ./second }', [
      await file({ PixelData: Buffer.alloc(100) }),
    ]);
    const [name = ''] = await readdir(join(folder, 'second'));
    const json = JSON.parse(await readFile(join(folder, 'second', name), 'utf8')) as unknown;
    expect(json).toMatchObject({
      '00080018': { vr: 'UI', Value: ['1.2.3'] },
      '7FE00010': { vr: 'OW', BulkDataURI: `bulkdata/${name.replace('.json', '')}/7FE00010` },
    });
  });

  test('frames', async () => {
    const pdf = Buffer.from('%PDF-1.7 ');
    const pixels = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const image = { NumberOfFrames: 2, Rows: 2, Columns: 2, BitsAllocated: 8, PixelData: pixels };
    await send(block('readFrames'), '{ directory: ./second }', [
      await file({
        EncapsulatedDocument: pdf,
        EncapsulatedDocumentLength: 9,
        MIMETypeOfEncapsulatedDocument: 'application/pdf',
      }),
      await file({ SOPInstanceUID: '1.2.4', ...image }),
    ]);
    const names = await readdir(join(folder, 'second'));
    const found = await Promise.all(
      names.map(async (name) => [name.slice(64), await readFile(join(folder, 'second', name))]),
    );
    expect(Object.fromEntries(found)).toEqual({
      '.pdf': pdf,
      '.1': pixels.subarray(0, 4),
      '.2': pixels.subarray(4),
    });
  });

  test('pictures', async () => {
    await send(block('openRenderer'), '{ directory: ./second }', sampleStudy().slice(0, 1));
    const [name = ''] = await readdir(join(folder, 'second'));
    const png = await readFile(join(folder, 'second', name));
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  });
});

const ids = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
  SOPInstanceUID: '1.2.3',
  StudyInstanceUID: '1.2.5',
  PatientID: 'ID',
};

/** A DICOM file with these values, in the folder. */
async function file(values: DataValues): Promise<string> {
  const whole = { ...ids, ...values };
  const prefix = part10Prefix({
    sopClassUid: whole.SOPClassUID,
    sopInstanceUid: whole.SOPInstanceUID,
    transferSyntaxUid: explicit,
  });
  const bytes = Buffer.concat([prefix, encodeDataSet(whole, { transferSyntaxUid: explicit })]);
  const path = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.dcm`);
  await writeFile(path, bytes);
  return path;
}

/** Runs a process of the page in a production of its own and sends it files. */
async function send(code: string, settings: string, files: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'process.ts'), code);
  const port = await freePort();
  await writeFile(
    join(folder, 'production.yaml'),
    `name: Documents
services:
  Door: { component: dicom.tcp-service, settings: { port: ${port}, localAet: IRIS, remoteAet: ORTHANC, target: Process } }
processes:
  Process: { component: ./process.ts, settings: ${settings} }
operations:
  First: { component: dicom.file-operation, settings: { directory: ./first } }
  Second: { component: dicom.file-operation, settings: { directory: ./second } }
`,
  );
  await using production = await startTestProduction(join(folder, 'production.yaml'));
  const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
  const sent = await sendFiles(peer, files);
  await production.idle();
  expect(sent.map(({ status }) => status)).toEqual(files.map(() => 0));
}

/** The values of the data sets that a file operation wrote. */
async function receivedIn(name: string): Promise<DataValues[]> {
  const found = await readdir(join(folder, name), { recursive: true });
  return await Promise.all(
    found
      .filter((path) => path.endsWith('.dcm'))
      .map(async (path) => {
        const bytes = await readFile(join(folder, name, path));
        const { meta, dataSetPosition } = await readPart10({
          size: bytes.length,
          read: async (at, length) => bytes.subarray(at, at + length),
        });
        return decodeDataSet(bytes.subarray(dataSetPosition), meta.transferSyntaxUid);
      }),
  );
}
