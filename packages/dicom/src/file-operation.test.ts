import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
  link,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  HandlerContext,
  DocumentStore,
  Event,
  MessageBody,
  MessageHeader,
  Receipt,
} from '@consort/core';
import { openDocumentStore } from '@consort/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeWith } from '../../../tests/house/peers.ts';
import type { DicomDocument } from './document.ts';
import { implementationClassUid } from './association/implementation.ts';
import operation from './file-operation.ts';
import { dataSetDigest } from './part10/data-set-digest.ts';

const run = promisify(execFile);
const uid = '1.2.3.4';

let folder: string;
let directory: string;
let documents: DocumentStore;
let events: Event[];
let receipts: Receipt[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-file-operation-'));
  directory = join(folder, 'received');
  documents = await openDocumentStore(join(folder, 'documents'));
  events = [];
  receipts = [];
});
afterEach(async () => {
  await documents.close();
  await rm(folder, { recursive: true, force: true });
});

describe('dicom.file-operation', () => {
  it('writes a file for nobody else to see, and none beside it', async () => {
    const image = await stored('Doe^Jane');
    const answer = await write(image, {});

    const path = join(directory, 'p1-7.dcm');
    const size = (await stat(path)).size;
    expect(answer).toEqual({
      type: 'dicom.file',
      path,
      size,
      digest: image.document?.digest,
      alreadyThere: false,
    });
    expect(await dataSetDigest(path)).toBe(image.document?.digest);
    expect(await readdir(directory)).toEqual(['p1-7.dcm']);
    const { digest, size: dataSetSize } = image.document!;
    expect(receipts).toEqual([
      { peer: 'file:p1-7.dcm', status: 'written', digest, size: dataSetSize },
    ]);
    const { mode, nlink } = await stat(path);
    expect(mode & 0o777).toBe(0o640);
    expect(nlink).toBe(1);
  });

  it('gives the file the mode that is set, whatever the umask', async () => {
    await write(await stored('A'), { fileMode: '0666' });
    expect((await stat(join(directory, 'p1-7.dcm'))).mode & 0o777).toBe(0o666);
  });

  it('writes a file for each message, also of one data set, when the names are its own', async () => {
    const image = await stored('A');
    await write(image, {}, 7);
    expect(await write(image, {}, 8)).toMatchObject({ alreadyThere: false });
    expect(await files()).toEqual(['p1-7.dcm', 'p1-8.dcm']);
    expect(events).toEqual([]);
  });

  it('knows its own file when the message is run again', async () => {
    const image = await stored('A');
    const first = await write(image, {});
    expect(await write(image, {})).toEqual({ ...first, alreadyThere: true });
    expect(await readdir(directory)).toEqual(['p1-7.dcm']);
    expect(receipts[1]).toEqual(receipts[0]);
  });

  it('overwrites what a crash left half-written, and removes what other messages left', async () => {
    await mkdir(directory);
    await writeFile(join(directory, '.p1-3.part'), 'left by another message');
    await writeFile(join(directory, '.p2-3.part'), 'of another production');
    const image = await stored('A');
    const context = contextOf({});
    await operation.onInit?.(context);
    await writeFile(join(directory, '.p1-7.part'), 'x'.repeat(100_000));
    await operation.onMessage(requestOf(image), context);
    expect((await readdir(directory)).sort()).toEqual(['.p2-3.part', 'p1-7.dcm']);
    expect(await dataSetDigest(join(directory, 'p1-7.dcm'))).toBe(image.document?.digest);
  });

  it('makes the folders of a template, and a second image of the same data set is done already', async () => {
    const fileName = '{PatientID}/{SOPInstanceUID}.dcm';
    const image = await stored('A');
    const path = join(directory, 'none', `${uid}.dcm`);
    expect(await write(image, { fileName }, 7)).toMatchObject({ path, alreadyThere: false });
    expect(await write(image, { fileName }, 8)).toMatchObject({ path, alreadyThere: true });
    expect(await files()).toEqual([`none/${uid}.dcm`]);
    expect(receipts[0]).toMatchObject({ peer: `file:none/${uid}.dcm`, status: 'written' });
    expect(events).toEqual([]);
  });

  it('gives another data set of the same name a suffix, and warns', async () => {
    const fileName = '{SOPInstanceUID}.dcm';
    const [one, other] = [await stored('A'), await stored('B')];
    await write(one, { fileName }, 7);
    const answer = await write(other, { fileName }, 8);
    expect(answer).toMatchObject({ path: join(directory, `${uid}-1.dcm`), alreadyThere: false });
    expect(await dataSetDigest(join(directory, `${uid}.dcm`))).toBe(one.document?.digest);
    expect(await dataSetDigest(join(directory, `${uid}-1.dcm`))).toBe(other.document?.digest);
    expect(events.map(({ type, code }) => [type, code])).toEqual([['Warning', 'FILE_EXISTS']]);
    expect(JSON.stringify(events)).not.toContain(uid);
    // Again: it is found under its suffix, and nothing is said twice.
    expect(await write(other, { fileName }, 8)).toMatchObject({ alreadyThere: true });
    expect(await files()).toHaveLength(2);
    expect(events).toHaveLength(1);
  });

  it.each([
    '../../outside',
    '/outside',
    '..',
    'a\0b',
    '',
    'ü'.repeat(300),
    '患者',
    'x'.repeat(5000),
  ])('stays in its directory with %j as a value', async (patientId) => {
    const fileName = '{PatientID}/{AccessionNumber}-{SOPInstanceUID}.dcm';
    const { document, ...image } = await stored('A');
    if (!document) throw new Error('an image has a document');
    const attributes = { ...document.attributes, patientId, accessionNumber: patientId };
    const before = await readdir(folder);
    await write({ ...image, document: { ...document, attributes } }, { fileName });
    expect(await readdir(folder)).toEqual([...before, 'received']);
    const [path = '', ...others] = await files();
    expect(others).toEqual([]);
    expect(path).toMatch(/^[\w-][\w.-]*\/[\w-][\w.-]*$/);
    expect(await dataSetDigest(join(directory, path))).toBe(document.digest);
  });

  it('with ifExists fail it fails for good, and leaves the file as it is', async () => {
    const settings = { fileName: '{SOPInstanceUID}.dcm', ifExists: 'fail' };
    const one = await stored('A');
    await write(one, settings, 7);
    await expect(write(await stored('B'), settings, 8)).rejects.toMatchObject({
      code: 'FILE_EXISTS',
    });
    expect(receipts).toHaveLength(1);
    expect(await files()).toEqual([`${uid}.dcm`]);
    expect(await dataSetDigest(join(directory, `${uid}.dcm`))).toBe(one.document?.digest);
  });

  it('does not touch a published file whose temporary name a crash left behind', async () => {
    const settings = { fileName: '{PatientID}/{SOPInstanceUID}.dcm', ifExists: 'fail' };
    const image = await stored('A');
    const path = join(directory, 'none', `${uid}.dcm`);
    await write(image, settings);
    await link(path, join(directory, 'none', '.p1-7.part'));
    const { ino } = await stat(path);
    expect(await write(image, settings)).toMatchObject({ path, alreadyThere: true });
    expect(await stat(path)).toMatchObject({ ino, nlink: 1 });
    expect(await files()).toEqual([`none/${uid}.dcm`]);
    await link(path, join(directory, 'none', '.p1-7.part'));
    const broken = { ...image, document: { ...image.document!, digest: 'f'.repeat(64) } };
    await expect(write(broken, settings)).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    expect(await dataSetDigest(path)).toBe(image.document?.digest);
  });

  it('with ifExists replace the newest image has the name', async () => {
    const settings = { fileName: '{SOPInstanceUID}.dcm', ifExists: 'replace' };
    const other = await stored('B');
    await write(await stored('A'), settings, 7);
    await write(other, settings, 8);
    expect(await files()).toEqual([`${uid}.dcm`]);
    expect(await dataSetDigest(join(directory, `${uid}.dcm`))).toBe(other.document?.digest);
  });

  it('does not follow a link that has the name of one of its folders', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await mkdir(directory);
    await run('ln', ['-s', join(folder, 'elsewhere'), join(directory, 'none')]);
    const fileName = '{PatientID}/{SOPInstanceUID}.dcm';
    await expect(write(await stored('A'), { fileName })).rejects.toMatchObject({
      code: 'FILE_NOT_WRITTEN',
    });
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('refuses bytes that are not the ones received, for good, and leaves nothing', async () => {
    const image = await stored('A');
    const { digest = '' } = image.document ?? {};
    const path = join(folder, 'documents', digest.slice(0, 2), digest);
    const bytes = await readFile(path);
    await chmod(path, 0o600);
    await writeFile(path, bytes.with(bytes.length - 1, 0x7e));
    await expect(write(image, {})).rejects.toMatchObject({ code: 'DOCUMENT_CORRUPT' });
    await rm(path);
    await expect(write(image, {})).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('says at the start that its directory cannot be made, and later that it is gone', async () => {
    const image = await stored('A');
    const missing = contextOf({ directory: join(folder, 'not', 'there') });
    await expect(operation.onInit?.(missing)).rejects.toMatchObject({
      code: 'DIRECTORY_MISSING',
      message: expect.stringContaining('mkdir -p') as unknown,
    });
    await writeFile(join(folder, 'file'), '');
    const file = contextOf({ directory: join(folder, 'file', 'below') });
    await expect(operation.onInit?.(file)).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
    const context = contextOf({});
    await operation.onInit?.(context);
    await rm(directory, { recursive: true });
    await expect(operation.onMessage(requestOf(image), context)).rejects.toMatchObject({
      code: 'DIRECTORY_MISSING',
    });
  });

  it('takes images only', async () => {
    const body = { type: 'text' } as const;
    const request = { ...requestOf(await stored('A')), body };
    await expect(operation.onMessage(request, contextOf({}))).rejects.toMatchObject({
      code: 'NOT_A_STORAGE_REQUEST',
    });
  });
});

describeWith(['dcmtk', 'pydicom'], 'a file of dicom.file-operation', () => {
  it('is one that other tools read, with our implementation and the sender in its head', async () => {
    await write(await stored('Doe^Jane'), {});
    const path = join(directory, 'p1-7.dcm');
    const { stdout } = await run('dcmdump', ['+P', '0002,0012', '+P', '0002,0016', path]);
    expect(stdout).toContain(implementationClassUid);
    expect(stdout).toContain('[ORTHANC]');
    const read = 'import pydicom,sys; print(pydicom.dcmread(sys.argv[1]).PatientName)';
    expect((await run('/usr/bin/python3', ['-c', read, path])).stdout).toBe('Doe^Jane\n');
  });
});

/** Stores the data set of a small image, in Explicit VR Little Endian. */
async function stored(patientName: string): Promise<DicomDocument> {
  const sopClassUid = '1.2.840.10008.5.1.4.1.1.7';
  const writer = await documents.create();
  await writer.write(
    Buffer.concat([
      element(0x0008, 0x0016, 'UI', sopClassUid),
      element(0x0008, 0x0018, 'UI', uid),
      element(0x0010, 0x0010, 'PN', patientName),
    ]),
  );
  const { digest, size } = await writer.commit();
  return {
    type: 'dicom.document',
    command: { commandField: 'C-STORE-RQ', messageId: 1, affectedSopInstanceUid: uid },
    document: {
      digest,
      size,
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      sopClassUid,
      attributes: { sopInstanceUid: uid },
    },
  };
}

function element(group: number, number: number, vr: string, text: string): Buffer {
  const value = Buffer.from(text.length % 2 === 0 ? text : text + (vr === 'UI' ? '\0' : ' '));
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4);
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

/** Starts the operation and gives it one message. */
async function write(image: DicomDocument, settings: object, id = 7): Promise<object> {
  const context = contextOf(settings);
  await operation.onInit?.(context);
  return (await operation.onMessage(requestOf(image, id), context)) ?? {};
}

function requestOf(body: MessageBody, id = 7) {
  const arrival = {
    associationId: '1',
    peerAddress: '127.0.0.1',
    callingAeTitle: 'ORTHANC',
    calledAeTitle: 'IRIS',
  };
  return { header: { id, sessionId: id, arrival } as unknown as MessageHeader, body };
}

function contextOf(settings: object): HandlerContext<any, any> {
  const unused = () => Promise.reject(new Error('an operation sends nothing'));
  return {
    host: 'File',
    production: { name: 'Test', id: 'p1' },
    settings: operation.settings.parse({ directory, ...settings }),
    state: undefined,
    documents,
    signal: new AbortController().signal,
    origin: () => 'production.yaml:1:1',
    log: (event) => void events.push(event),
    sendRequestSync: unused,
    sendRequestAsync: unused,
    sendDeferredResponse: unused,
    deferResponse: unused,
    delivered: (receipt) => void receipts.push(receipt),
  };
}

async function files(): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}
