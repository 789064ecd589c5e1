import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dataSetDigest, readPart10 } from '@consort/dicom/part10';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { outputs } from '../json/outputs.ts';

const main = new URL('../main.ts', import.meta.url).pathname;
const samples = '/usr/lib/python3/dist-packages/pydicom/data/test_files';
/** Explicit, implicit, big-endian, deflated, RLE, JPEG, JPEG-LS, JPEG 2000. */
const images = [
  'CT_small.dcm',
  'MR_small_implicit.dcm',
  'MR_small_bigendian.dcm',
  'image_dfl.dcm',
  'MR_small_RLE.dcm',
  'SC_rgb_small_odd_jpeg.dcm',
  'MR_small_jpeg_ls_lossless.dcm',
  'JPEG2000.dcm',
].map((name) => join(samples, name));

let folder: string;
let received: string;
const peers: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'consort-send-'));
});

afterEach(async () => {
  for (const peer of peers.splice(0)) {
    const gone = once(peer, 'exit');
    peer.kill('SIGKILL');
    await gone;
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('send', () => {
  it("delivers each file's own data set, byte for byte, in its own transfer syntax", async () => {
    const peer = await startPeer('+xa', '+uf');
    const { code, stdout } = await run('send', ...images, '--to', peer);
    expect(stdout).toContain(
      `${images.length} of ${images.length} files sent from CONSORT to PEER`,
    );
    expect(code).toBe(0);
    expect(await digests(received)).toEqual((await Promise.all(images.map(wireDigest))).sort());
  });

  it('walks folders, says what it skips there, and sends an object that is there twice again', async () => {
    const peer = await startPeer('+xa', '+uf');
    const study = join(folder, 'study');
    mkdirSync(join(study, 'deep'), { recursive: true });
    cpSync(images[0] ?? '', join(study, 'one.dcm'));
    cpSync(images[0] ?? '', join(study, 'deep', 'two'));
    writeFileSync(join(study, 'readme.txt'), 'not an image');
    const { code, stderr } = await run('send', study, '--to', peer);
    expect(stderr).toBe(`skipped ${join(study, 'readme.txt')}: not a DICOM file\n`);
    expect(code).toBe(0);
    expect(readdirSync(received)).toHaveLength(2);
  });

  it('lists each file that failed, sends the others, and exits with 1', async () => {
    const peer = await startPeer(); // Takes uncompressed images only.
    const broken = join(folder, 'broken.dcm');
    writeFileSync(broken, 'not an image');
    const missing = join(folder, 'missing.dcm');
    const [plain = '', , , , , jpeg = ''] = images;
    const { code, stdout } = await run('send', plain, broken, missing, jpeg, '--to', peer);
    expect(stdout).toContain(`${broken}: the file cannot be read as DICOM`);
    expect(stdout).toMatch(/missing\.dcm: ENOENT/);
    expect(stdout).toMatch(new RegExp(`${basename(jpeg)}: .* accepted no presentation context`));
    expect(stdout).toContain('1 of 4 files sent');
    expect(code).toBe(1);
    expect(readdirSync(received)).toHaveLength(1);
  });

  it('prints JSON as documented', async () => {
    const peer = await startPeer('+xa');
    const { stdout } = await run('send', images[0] ?? '', '--to', peer, '--json');
    const given: unknown = JSON.parse(stdout);
    expect(outputs.send.parse(given)).toEqual(given);
    expect(given).toMatchObject({ sent: 1, failed: 0, files: [{ status: '0000' }] });
  });

  it('says result, source and reason of a rejection in words, and exits with 1', async () => {
    const peer = await startPeer('--refuse');
    const { code, stderr } = await run('send', images[0] ?? '', '--to', peer);
    expect(stderr).toMatch(
      /^error\[ASSOCIATION_REJECTED\]: .*1 \(rejected-permanent\), 1 \(DICOM UL service-user\), 1 \(no-reason-given\)/,
    );
    expect(code).toBe(1);
  });

  it('goes on with the next file when the peer aborts one', async () => {
    const peer = await startPeer('+xa', '--abort-during');
    const { code, stdout } = await run('send', images[0] ?? '', images[1] ?? '', '--to', peer);
    expect(stdout.match(/aborted/g)).toHaveLength(2);
    expect(stdout).toContain('0 of 2 files sent');
    expect(code).toBe(1);
  });

  it('exits with 1 when nobody listens', async () => {
    const { code, stderr } = await run(
      'send',
      images[0] ?? '',
      '--to',
      `PEER@127.0.0.1:${await freePort()}`,
    );
    expect(stderr).toContain('error[PEER_UNREACHABLE]');
    expect(code).toBe(1);
  });

  it('exits with 2 for an address that is none', async () => {
    expect(await run('send', images[0] ?? '', '--to', 'PEER')).toMatchObject({ code: 2 });
    expect(await run('send')).toMatchObject({ code: 2 });
  });

  it("asks the production's only DICOM service, and exits with 4 when it is down", async () => {
    const file = join(folder, 'production.yaml');
    const port = await freePort();
    writeFileSync(file, production(port));
    const { code, stderr } = await run('send', images[0] ?? '', '-p', file);
    expect(stderr).toContain(
      `error[NOT_RUNNING]: nobody listens at 127.0.0.1:${port}, where Door should`,
    );
    expect(code).toBe(4);
  });
});

describe('echo', () => {
  it('says that a peer is there', async () => {
    const peer = await startPeer();
    const { code, stdout } = await run('echo', '--to', peer, '--from', 'ME');
    expect(stdout).toMatch(/^PEER at 127\.0\.0\.1:\d+ answered 0000 Success to ME after /);
    expect(code).toBe(0);
    const given: unknown = JSON.parse((await run('echo', '--to', peer, '--json')).stdout);
    expect(outputs.echo.parse(given)).toEqual(given);
  });

  it('exits with 1 when nobody is', async () => {
    expect(await run('echo', '--to', `PEER@127.0.0.1:${await freePort()}`)).toMatchObject({
      code: 1,
    });
  });
});

function production(port: number): string {
  return `name: Demo.Small
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: IRIS, remoteAet: ORTHANC, target: File }
operations:
  File:
    component: dicom.file-operation
    settings: { directory: . }
`;
}

/** DCMTK's storescp, on a port of its own; it writes data sets as they come. Returns its address. */
async function startPeer(...options: readonly string[]): Promise<string> {
  received = mkdtempSync(join(folder, 'received-'));
  const port = await freePort();
  const peer = spawn('storescp', ['-aet', 'PEER', '+B', '-od', received, ...options, String(port)]);
  peers.push(peer);
  while (!(await answers(port, options.includes('--refuse')))) await pause(50);
  return `PEER@127.0.0.1:${port}`;
}

function answers(port: number, isRefused: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('echoscu', ['-aec', 'PEER', '127.0.0.1', String(port)], (error, _, stderr) =>
      resolve(!error || (isRefused && stderr.includes('Rejected'))),
    );
  });
}

async function digests(of: string): Promise<readonly string[]> {
  return (await Promise.all(readdirSync(of).map((name) => dataSetDigest(join(of, name))))).sort();
}

/** SHA-256 of a file's data set; PS3.5 section A.5 demands a zero byte after a deflated one of odd length. */
async function wireDigest(path: string): Promise<string> {
  const file = await readFile(path);
  const read = async (position: number, length: number) =>
    file.subarray(position, position + length);
  const { dataSetPosition } = await readPart10({ size: file.length, read });
  const dataSet = file.subarray(dataSetPosition);
  return createHash('sha256')
    .update(dataSet)
    .update(Buffer.alloc(dataSet.length % 2))
    .digest('hex');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function run(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = execFile(
      process.execPath,
      [main, ...args],
      { env, timeout: 30_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
