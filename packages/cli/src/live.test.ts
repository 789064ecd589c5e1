import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputs } from './json/outputs.ts';

const main = new URL('./main.ts', import.meta.url).pathname;
const image = '/usr/lib/python3/dist-packages/pydicom/data/test_files/CT_small.dcm';

let folder: string;
let running: ChildProcess;
let ended: Promise<unknown[]>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'consort-live-'));
  mkdirSync(join(folder, 'received'));
  writeFileSync(join(folder, 'production.yaml'), productionText);
  running = spawn(process.execPath, [main, 'start', '--page', 'off'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  ended = once(running, 'exit');
  let output = '';
  for (const stream of [running.stdout, running.stderr]) {
    stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  }
  while (!output.includes(' is running')) {
    if (running.exitCode !== null) throw new Error(`production start ended: ${output}`);
    await pause(50);
  }
}, 60_000);

afterAll(async () => {
  if (running.exitCode === null) running.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('a running production', () => {
  it('is found by echo and send, which need no address, though it took any free port', async () => {
    expect((await run('echo')).stdout).toMatch(
      /^IRIS at 127\.0\.0\.1:\d+ answered 0000 Success to ORTHANC/,
    );
    const { code, stdout } = await run('send', image);
    expect(stdout).toContain('1 of 1 file sent from ORTHANC to IRIS');
    expect(code).toBe(0);
    // Success means stored here; the file follows.
    const files = () =>
      readdirSync(join(folder, 'received')).filter((name) => name.endsWith('.dcm'));
    await expect.poll(files, { timeout: 15_000 }).toHaveLength(1);
  });

  it('is Running in status, and its last session in trace', async () => {
    expect((await run('status')).stdout).toMatch(/Demo\.Small +Running, since/);
    const trace = async () => (await run('trace', 'last')).stdout;
    await expect
      .poll(trace, { timeout: 15_000 })
      .toMatch(/Completed: answered 0000 after \d+ ms\n$/);
  });

  it('is followed by tail, message by message and event by event, until Ctrl-C', async () => {
    const tail = spawn(process.execPath, [main, 'tail', '--json'], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const tailEnded = once(tail, 'exit');
    let said = '';
    let lines = '';
    tail.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    tail.stdout.on('data', (bytes: Buffer) => (lines += bytes.toString()));
    await expect.poll(() => said, { timeout: 15_000 }).toContain('Ctrl-C ends');
    await run('echo', '--from', 'NOBODY');
    await run('send', image);
    const given = () => lines.split('\n').filter((line) => line !== '');
    const news = () => given().map((line) => outputs.tail.parse(JSON.parse(line)));
    const delivered = () =>
      news().some((one) => 'message' in one && one.message.targetConfigName === 'Door');
    await expect.poll(delivered, { timeout: 15_000 }).toBe(true);
    tail.kill('SIGINT');
    expect(await tailEnded).toEqual([0, null]);
    expect(news()).toEqual(given().map((line) => JSON.parse(line) as unknown));
    const codes = news().map((one) => ('event' in one ? one.event.code : undefined));
    expect(codes).toContain('ASSOCIATION_REFUSED');
    const written = news().filter(
      (one) => 'message' in one && one.message.targetConfigName === 'File',
    );
    expect(written.at(-1)).toMatchObject({ message: { type: 'Request', status: 'Completed' } });
  });

  it('shows in status who was refused, and what would accept him', async () => {
    const { code, stderr } = await run('echo', '--from', 'STRANGER');
    expect(stderr).toContain('calling-AE-title-not-recognized');
    expect(code).toBe(1);
    expect((await run('status')).stdout).toContain('remoteAet: [ORTHANC, STRANGER]');
  });

  it('ends when stop asks it to', async () => {
    expect(await run('stop')).toMatchObject({ code: 0 });
    expect(await ended).toEqual([0, null]);
    expect((await run('status')).stdout).toMatch(/Demo\.Small +Stopped/);
    expect(await run('stop')).toMatchObject({ code: 4 });
    expect(await run('echo')).toMatchObject({ code: 4 });
  });
});

const productionText = `name: Demo.Small
services:
  Door:
    component: dicom.tcp-service
    settings:
      { port: 0, interface: 127.0.0.1, localAet: IRIS, remoteAet: ORTHANC, target: File, acknowledge: stored }
operations:
  File:
    component: dicom.file-operation
    settings: { directory: ./received }
`;

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    REDIS_URL: undefined,
    CONSORT_DATA: undefined,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
}

function run(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { cwd: folder, env: environment(), timeout: 60_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
