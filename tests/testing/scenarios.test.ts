import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeDataSet, type DataValues } from '@consort/dicom';
import { readPart10 } from '@consort/dicom/part10';
import { makeImage, startTestProduction, stopTests } from '@consort/testing';
import { spawnProduction } from '@consort/testing/consort';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

const file = root('productions/pacs-to-file/production.yaml');

// Each is a text that stands nowhere else.
const secrets: DataValues = {
  PatientName: 'Qzfamily^Qzgiven',
  PatientID: 'QZ-ID-4711',
  PatientBirthDate: '19410203',
  PatientAddress: 'Qzstreet 7',
  PatientComments: 'Qzcomment',
  OtherPatientIDs: ['QZ-OTHER-1', 'QZ-OTHER-2'],
  AccessionNumber: 'QZACC0815',
  StudyID: 'QZSTUDY',
  StudyDate: '20210506',
  StudyTime: '070809.123',
  StudyDescription: 'Qzdescription',
  ReferringPhysicianName: 'Qzdoctor^Who',
  InstitutionName: 'Qzhospital',
  StationName: 'QZSTATION',
  Manufacturer: 'Qzmaker',
  DeviceSerialNumber: 'QZSERIAL',
  ProtocolName: 'Qzprotocol',
  ImageType: ['ORIGINAL', 'PRIMARY', 'QZTYPE'],
  // A name in an element that usually holds a word.
  BurnedInAnnotation: 'QZNAME',
  StudyInstanceUID: '1.2.826.0.1.47114711.1',
  SeriesInstanceUID: '1.2.826.0.1.47114711.2',
  SOPInstanceUID: '1.2.826.0.1.47114711.3',
  RequestAttributesSequence: [{ ScheduledProcedureStepDescription: 'Qzstep' }],
  OriginalAttributesSequence: [{ ModifiedAttributesSequence: [{ PatientName: 'Qzold^Name' }] }],
  '(0029,0010)': 'QZPRIVATE',
  '(0029,1010)': Buffer.from('Qzsecret in private bytes.'),
};

let folder: string;
let data: string;

async function run(...args: readonly string[]) {
  const child = spawnProduction(args);
  return { code: await child.ended, output: child.output() };
}

async function valuesOf(path: string): Promise<DataValues> {
  const bytes = await readFile(path);
  const read = async (at: number, length: number) => bytes.subarray(at, at + length);
  const { meta, dataSetPosition } = await readPart10({ read, size: bytes.length });
  return decodeDataSet(bytes.subarray(dataSetPosition), meta.transferSyntaxUid);
}

/** Every text among values, however deep, and its parts. */
function textsOf(value: unknown): readonly string[] {
  if (Buffer.isBuffer(value)) return [value.toString('latin1')];
  if (typeof value === 'string') return [value, ...value.split('^')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-scenarios-'));
  data = join(folder, 'data');
});
afterEach(stopTests);
afterAll(() => rm(folder, { recursive: true }));

describeWith(['redis'], 'production record and test', () => {
  it('a session becomes a scenario that passes, with an image of nobody', async () => {
    const image = await makeImage(join(folder, 'patient.dcm'), secrets);
    const production = await startTestProduction(file, { data, folders: 'temporary' });
    expect(await production.send([image])).toMatchObject([{ status: '0000' }]);
    await production.completed();
    await production.stop();

    const out = join(folder, 'recorded');
    const kept = join(folder, 'kept');
    const where = ['-p', file, '--data', data];
    const recorded = await run('record', 'last', '-o', out, ...where);
    expect(recorded).toMatchObject({ code: 0 });
    expect(await run('record', '1', '-o', kept, '--keep-pixel-data', ...where)).toMatchObject({
      code: 0,
      output: expect.stringContaining('look at it before you pass it on'),
    });

    const harmless = ['ORIGINAL', 'PRIMARY'];
    const texts = textsOf(secrets).filter((text) => !harmless.includes(text));
    expect(texts.length).toBeGreaterThan(30);
    for (const folderWritten of [out, kept]) {
      const names = await readdir(folderWritten);
      expect(names.toSorted()).toEqual(['session-1.dcm', 'session-1.scenario.yaml']);
      for (const name of names) {
        const written = (await readFile(join(folderWritten, name))).toString('latin1');
        for (const text of texts) expect(written, `${name} with ${text}`).not.toContain(text);
        expect(written).not.toMatch(/qz/i);
      }
    }
    for (const text of texts) expect(recorded.output).not.toContain(text);

    const original = await valuesOf(image);
    const made = await valuesOf(join(out, 'session-1.dcm'));
    expect(made).toMatchObject({
      PatientName: 'PATIENT1',
      PatientID: 'PATIENT1',
      AccessionNumber: 'ACCESSION1',
      PatientIdentityRemoved: 'YES',
      Modality: 'CT',
      Rows: 4,
      ImageType: ['ORIGINAL', 'PRIMARY'],
    });
    const pixels = async (values: DataValues) => {
      const value = values['PixelData'] as { stream(): AsyncIterable<Buffer>; length: number };
      const parts: Buffer[] = [];
      for await (const part of value.stream()) parts.push(part);
      return Buffer.concat(parts);
    };
    const own = await pixels(original);
    expect(await pixels(made)).toHaveLength(own.length);
    expect(await pixels(made)).not.toEqual(own);
    expect(await pixels(await valuesOf(join(kept, 'session-1.dcm')))).toEqual(own);

    const tested = await run('test', out, '--json');
    expect(tested.code, tested.output).toBe(0);
    expect(JSON.parse(tested.output)).toMatchObject({
      passed: 1,
      failed: 0,
      scenarios: [{ name: 'session 1', outcome: 'ok', differences: [] }],
    });
  });

  it('says what differs, like a test runner, and in JUnit; nothing runs while a scenario has a mistake', async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    await cp(root('productions/pacs-to-file/images'), join(own, 'images'), { recursive: true });
    const good = await readFile(root('productions/pacs-to-file/arrives.scenario.yaml'), 'utf8');
    const scenario = good.replace('steps:', `production: ${file}\nsteps:`);
    await writeFile(
      join(own, 'wrong.scenario.yaml'),
      scenario
        .replace("['0000']", "['A700']")
        .replace('File request Completed', 'File request Error')
        .replace('count: 1', 'count: 2')
        .replace('PatientID: TEST', 'PatientID: OTHER'),
    );
    await writeFile(join(own, 'right.scenario.yaml'), scenario);
    const junit = join(own, 'report.xml');
    const { code, output } = await run('test', own, '--junit', junit);
    expect(code, output).toBe(1);
    expect(output).toMatch(/^ok {5}an image arrives and is one file/m);
    expect(output).toMatch(/^failed an image arrives/m);
    expect(output).toContain('images/one.dcm: answered 0000 Success; expected: A700');
    expect(output).toMatch(
      /- Demo\.DICOM\.Process\S+ -> Demo\.DICOM\.Operation\.File request Error/,
    );
    expect(output).toMatch(
      /\+ Demo\.DICOM\.Process\S+ -> Demo\.DICOM\.Operation\.File request Comp/,
    );
    expect(output).toContain('Demo.DICOM.Operation.File has 1 files; expected: 2');
    expect(output).toContain('1 ok, 1 failed');
    const report = await readFile(junit, 'utf8');
    expect(report).toContain('tests="2" failures="1"');
    expect(report).toContain('-&gt; Demo.DICOM.Operation.File request Error');

    await writeFile(
      join(own, 'mistaken.scenario.yaml'),
      scenario.replace('statuses:', 'stati:').replace('count: 1', 'count: -1'),
    );
    const invalid = await run('test', own);
    expect(invalid.code).toBe(3);
    expect(invalid.output).toMatch(/mistaken\.scenario\.yaml:\d+:\d+: error.*stati/);
    expect(invalid.output).toMatch(/mistaken\.scenario\.yaml:\d+:\d+: error.*count/);
    expect((await run('test', join(folder, 'kept', 'none'))).code).toBe(5);
  });
});
