import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { pydicomFiles, startStorescp } from '@consort/testing/consort';
import { expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { pydicom } from '../data-set/pydicom.fixture.ts';
import { documentOfFile } from '../part10/document-of-file.ts';
import { fileSource, readPart10 } from '../part10/index.ts';
import operation from '../tcp-operation.ts';
import { decodedByDcmtk, differences } from '../transcoding/transcoded.fixture.ts';
import { startOperation, type OperationUnderTest } from './sending.fixture.ts';

// Others may keep the machine busy.
vi.setConfig({ testTimeout: 300_000 });

const run = promisify(execFile);
const explicit = '1.2.840.10008.1.2.1';
const implicit = '1.2.840.10008.1.2';
const bigEndian = '1.2.840.10008.1.2.2';
const jpegLs = '1.2.840.10008.1.2.4.80';

const file = (name: string) => pydicomFiles().find((path) => basename(path) === name) ?? name;
const kinds = [
  'MR_small.dcm',
  'MR_small_implicit.dcm',
  'MR_small_bigendian.dcm',
  'MR_small_RLE.dcm',
  'MR_small_jpeg_ls_lossless.dcm',
  'JPGExtended.dcm',
  'SC_rgb_jpeg_dcmtk.dcm',
  'image_dfl.dcm',
  'reportsi.dcm',
].map(file);

async function send(under: OperationUnderTest, path: string, id?: number) {
  return under.send(await documentOfFile(path, under.documents), id);
}

async function syntaxOf(path: string): Promise<string> {
  const handle = await open(path);
  const { meta } = await readPart10(fileSource(handle, (await handle.stat()).size));
  await handle.close();
  return meta.transferSyntaxUid;
}

describeWith(['dcmtk', 'pydicom'], 'transcode of dicom.tcp-operation', () => {
  it.each([
    ['Implicit VR Little Endian alone', '+xi', [implicit]],
    // As it is stored where that is one of them, else in the one that says all VRs.
    ['plain pixels alone', '+xe', [explicit, implicit, bigEndian]],
  ])('brings every image to a peer that takes %s', async (_, word, taken) => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-transcoding-'));
    await using peer = await startStorescp([word]);
    await using under = await startOperation(peer.port, { transcode: 'uncompressed' });
    for (const [index, path] of kinds.entries()) await send(under, path, index + 1);
    const received = await peer.received();
    expect(received).toHaveLength(kinds.length);
    await run(
      'dcmftest',
      received.map(({ name }) => name),
    );
    expect(new Set(await Promise.all(received.map(({ name }) => syntaxOf(name))))).toEqual(
      new Set(taken),
    );
    // What the receipts name is what has gone.
    expect(under.receipts.map(({ digest }) => digest).toSorted()).toEqual(
      received.map(({ digest }) => digest).toSorted(),
    );
    const script = `print(json.dumps({pydicom.dcmread(name).SOPInstanceUID: name for name in json.load(sys.stdin)}))`;
    const sent = pydicom(script, kinds) as Record<string, string>;
    const got = pydicom(
      script,
      received.map(({ name }) => name),
    ) as Record<string, string>;
    expect(Object.keys(got).toSorted()).toEqual(Object.keys(sent).toSorted());
    const pairs: [string, string][] = [];
    for (const [uid, path] of Object.entries(sent)) {
      pairs.push([await decodedByDcmtk(path, folder), got[uid]!]);
    }
    expect(differences(pairs)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('changes nothing for a peer that takes an image as it is stored', async () => {
    await using peer = await startStorescp();
    await using under = await startOperation(peer.port, { transcode: 'uncompressed' });
    const digests: string[] = [];
    // Of a deflated one the last byte may be a padding that goes without saying.
    for (const [index, path] of kinds.filter((name) => !name.includes('_dfl')).entries()) {
      const body = await documentOfFile(path, under.documents);
      digests.push(body.document!.digest);
      await under.send(body, index + 1);
    }
    const received = (await peer.received()).map(({ digest }) => digest);
    expect(received.toSorted()).toEqual(digests.toSorted());
    expect(under.receipts.map(({ digest }) => digest)).toEqual(digests);
  });

  it('compresses for a peer that takes a compressed transfer syntax alone', async () => {
    // storescp +xt: JPEG-LS lossless, and uncompressed ones, which are not offered here.
    await using peer = await startStorescp(['+xt']);
    await using under = await startOperation(peer.port, { transcode: 'JPEGLSLossless' });
    await send(under, file('MR_small_RLE.dcm'));
    const [received] = await peer.received();
    expect(await syntaxOf(received!.name)).toBe(jpegLs);
    const folder = await mkdtemp(join(tmpdir(), 'consort-transcoding-'));
    const pair = [
      await decodedByDcmtk(file('MR_small_RLE.dcm'), folder),
      await decodedByDcmtk(received!.name, folder),
    ] as const;
    expect(differences([pair])).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('does not change what it is not told to change, and says what to do', async () => {
    await using peer = await startStorescp(['+xi']);
    await using under = await startOperation(peer.port);
    await expect(send(under, file('MR_small_RLE.dcm'))).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'CONTEXT_NOT_ACCEPTED',
      message: expect.stringMatching(/in RLE Lossless; have both allowed there, or set transcode/),
    });
    expect(await peer.received()).toEqual([]);
  });

  it('fails for good where it cannot, says which into which, and goes on with the next image', async () => {
    await using peer = await startStorescp(['+xi']);
    await using under = await startOperation(peer.port, { transcode: 'uncompressed' });
    const broken = file('JPEG2000-embedded-sequence-delimiter.dcm');
    await expect(send(under, broken, 1)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'NOT_TRANSCODED',
      message: expect.stringMatching(
        /from JPEG 2000 Image Compression into Implicit VR Little Endian, because frame 1 /,
      ),
    });
    await send(under, file('MR_small_RLE.dcm'), 2);
    expect(await peer.received()).toHaveLength(1);
    await using other = await startStorescp(['+xi']);
    await using elsewhere = await startOperation(other.port, { transcode: 'RLELossless' });
    await expect(send(elsewhere, file('MR_small.dcm'))).rejects.toMatchObject({
      code: 'CONTEXT_NOT_ACCEPTED',
      message: expect.stringMatching(/in Explicit VR Little Endian, nor in RLE Lossless/),
    });
  });

  it('is a setting: never, uncompressed, or a transfer syntax that loses nothing', () => {
    const parsed = (transcode?: string) => {
      const peer = { host: 'pacs', port: 104, localAet: 'US', remoteAet: 'PACS' };
      return operation.settings.safeParse({ ...peer, ...(transcode ? { transcode } : {}) });
    };
    expect(parsed().data).toMatchObject({ transcode: 'never' });
    expect(parsed('uncompressed').data).toMatchObject({ transcode: 'uncompressed' });
    expect(parsed('JPEGLSLossless').data).toMatchObject({ transcode: jpegLs });
    expect(parsed(jpegLs).data).toMatchObject({ transcode: jpegLs });
    expect(parsed('JPEGBaseline8Bit').error?.message).toMatch(/would lose something/);
    expect(parsed('JPEGXLLossless').error?.message).toMatch(/not written here.*JPEGLSLossless/);
    expect(parsed('always').error?.message).toMatch(/no transfer syntax/);
  });
});
