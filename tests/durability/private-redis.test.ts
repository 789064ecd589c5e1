import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages, startTransfer } from './transfer.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const operation = 'Demo.DICOM.Operation.File';

describeWith(['redis', 'pydicom'], 'the private Redis killed and its data deleted', () => {
  it('costs no image that the sender was told Success for, and writes none twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-redis-killed-'));
    const received = join(folder, 'received');
    const images = await ctImages(60, folder);
    const port = await freePort();
    await using production = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
    const redis = {
      socket: new URL(production.running.redisUrl).pathname,
      data: join(production.dataDirectory, 'redis'),
    };

    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const transfer = startTransfer(peer, images, 4);
    const killed = new Set<number>();
    for (const moment of [8, 24, 40]) {
      await transfer.toldSuccess(moment);
      killed.add(await killWithData(redis));
    }
    const told = await transfer.done;
    await idle(production.messages);

    expect(killed.size).toBe(3);
    expect(told.length).toBeGreaterThan(40);
    await proveEachIsStored(told, received);
    await proveOneFileEach(production.messages, operation, received);
    await proveAllIsFinished(production.messages, production.dataDirectory);
    await rm(folder, { recursive: true });
  });
});

/** Deletes all that the server has and ends it with SIGKILL; the id of the process that was. */
async function killWithData({ socket, data }: { socket: string; data: string }): Promise<number> {
  const info = await askPatiently(socket, ['INFO', 'server']);
  const pid = Number(/process_id:(\d+)/.exec(info)?.[1]);
  expect(pid).toBeGreaterThan(1);
  await rm(data, { recursive: true, force: true });
  process.kill(pid, 'SIGKILL');
  return pid;
}

/** Asks until there is an answer: the one killed last is being replaced. */
async function askPatiently(socket: string, command: readonly string[]): Promise<string> {
  for (;;) {
    const { stdout } = await promisify(execFile)('redis-cli', ['-s', socket, ...command]).catch(
      () => ({ stdout: '' }),
    );
    if (stdout.includes('process_id')) return stdout;
  }
}
