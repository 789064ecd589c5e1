import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, sampleStudy, sendFiles } from '@consort/testing';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { chains, isResponse, missingSteps, readStrace } from './strace.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;

describeWith(['strace', 'redis', 'pydicom'], 'what stands before a Success', () => {
  it('is all on disk when the response is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-strace-'));
    const log = join(folder, 'strace.log');
    const port = await freePort();
    const traced =
      'fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,writev,sendto,sendmsg';
    const child = spawn(
      'strace',
      [
        '-f',
        '-yy',
        '-s',
        '8',
        '-o',
        log,
        '-e',
        `trace=${traced}`,
        process.execPath,
        main,
        'start',
        file,
      ].concat('--data', join(folder, 'data'), '--page', 'off'),
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, DICOM_PORT: String(port), RECEIVED: join(folder, 'received') },
      },
    );
    const closed = once(child, 'close');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    while (!output.includes(' is running')) await sleep(50);

    const [result] = await sendFiles(
      { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' },
      sampleStudy().slice(0, 1),
    );
    const [production] = await readFile(
      `/proc/${child.pid}/task/${child.pid}/children`,
      'utf8',
    ).then((text) => text.split(' '));
    process.kill(Number(production), 'SIGTERM');
    await closed;
    const calls = await readStrace(log);

    expect(result?.status).toBe(0);
    for (const steps of chains) {
      expect(missingSteps(calls, steps, isResponse)).toEqual([]);
      // The check itself is checked: without any one of the calls it fails.
      for (const { what, matches } of steps) {
        const without = calls.filter((call) => !matches(call));
        expect(missingSteps(without, steps, isResponse), what).toContain(what);
      }
    }
    await rm(folder, { recursive: true });
  });
});
