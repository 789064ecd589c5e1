import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, sampleStudy, startRecordingRelay } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { startSending } from './sending/sending-production.ts';

const run = promisify(execFile);

describeWith(['redis', 'pydicom', 'ctn'], 'CTN', () => {
  it('echoes to a production, stores to it and is stored to, each data set as it was sent', async () => {
    await using ctn = await startSimpleStorage();
    await using toCtn = await startRecordingRelay(ctn.port);
    await using sending = await startSending(toCtn.port, { PEER_AET: 'CTN' });
    await using fromCtn = await startRecordingRelay(sending.door.port);
    const titles = ['-a', 'ORTHANC', '-c', 'IRIS'];
    const door = ['127.0.0.1', String(fromCtn.port)];
    const study = sampleStudy();
    await run('dicom_echo', [...titles, ...door]);
    await run('send_image', [...titles, '-r', ...door, ...study]);
    await sending.production.idle();
    expect(fromCtn.objects.map(({ status }) => status)).toEqual(study.map(() => 0));
    expect(toCtn.objects).toEqual(fromCtn.objects);
    expect(await ctn.count()).toBe(study.length);
    const images = await sending.production.messages.images({});
    expect(images.map(({ state }) => state)).toEqual(study.map(() => 'completed'));
  });
});

/** CTN's storage SCP, with a folder of its own. */
async function startSimpleStorage() {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'consort-ctn-'));
  const words = ['-c', 'CTN', '-f', '-s', '-x', `${folder}/`, String(port)];
  const child = spawn('simple_storage', words, { stdio: 'ignore', detached: true });
  const exited = once(child, 'exit');
  const echo = () => run('dicom_echo', ['-c', 'CTN', '127.0.0.1', String(port)]);
  while (!(await echo().then(Boolean, () => false))) {
    if (child.exitCode !== null) throw new Error(`simple_storage ${words.join(' ')} did not start`);
    await sleep(50);
  }
  return {
    port,
    async count() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    },
    async [Symbol.asyncDispose]() {
      // The whole group: with -f each association has a process.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
