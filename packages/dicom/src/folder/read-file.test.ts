import { appendFile, chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError, type DocumentStore } from '@consort/core';
import { openDocumentStore } from '@consort/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { part10Prefix } from '../part10/part10-prefix.ts';
import { readFile } from './read-file.ts';

const sopClassUid = '1.2.840.10008.5.1.4.1.1.7';
let folder: string;
let file: string;
let documents: DocumentStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-read-'));
  file = join(folder, 'image.dcm');
  await mkdir(join(folder, 'documents'));
  documents = await openDocumentStore(join(folder, 'documents'));
  const meta = { sopClassUid, sopInstanceUid: '1.2.3', transferSyntaxUid: '1.2.840.10008.1.2.1' };
  await writeFile(
    file,
    Buffer.concat([
      part10Prefix(meta),
      element(0x0008, 0x0016, sopClassUid),
      element(0x0008, 0x0018, '1.2.3'),
    ]),
  );
});
afterEach(async () => {
  await documents.close();
  await rm(folder, { recursive: true, force: true });
});

describe('readFile', () => {
  it('makes of a file the request that could have brought it', async () => {
    expect(await readFile(file, documents)).toMatchObject({
      kind: 'image',
      image: {
        type: 'dicom.document',
        command: { commandField: 'C-STORE-RQ', affectedSopInstanceUid: '1.2.3' },
      },
    });
  });

  it.each([
    ['grows', (path: string) => appendFile(path, 'more')],
    ['is written anew', (path: string) => chmod(path, 0o600).then(() => writeFile(path, 'other'))],
  ])('says that a file is open when it %s while it is read', async (_, change) => {
    const meddling = {
      async create() {
        const writer = await documents.create();
        await change(file);
        return writer;
      },
    };
    expect(await readFile(file, meddling)).toEqual({ kind: 'open' });
  });

  it('throws what says nothing about the file', async () => {
    const full = new EngineError('DISK_FULL', 'no space');
    const create = () => Promise.reject(full);
    await expect(readFile(file, { create })).rejects.toBe(full);
    await expect(readFile(join(folder, 'gone.dcm'), documents)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it.runIf(process.getuid?.() === 0)(
    'says of a file that may not be read that it is unfit',
    async () => {
      await chmod(file, 0o600);
      await chown(folder, nobody, nobody);
      process.seteuid?.(nobody);
      try {
        const content = await readFile(file, documents);
        expect(content).toMatchObject({ kind: 'unfit', code: 'FILE_UNFIT' });
        expect(content).toMatchObject({ reason: expect.stringContaining('EACCES') as unknown });
      } finally {
        process.seteuid?.(0);
      }
    },
  );
});

const nobody = 65_534;

function element(group: number, number: number, uid: string): Buffer {
  const value = Buffer.from(uid.length % 2 === 0 ? uid : `${uid}\0`);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write('UI', 4);
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}
