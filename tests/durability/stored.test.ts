import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import { freePort, startProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages, startTransfer } from './transfer.ts';
import { hosts, writeProduction } from './write-production.ts';

describeWith(['redis', 'pydicom'], 'acknowledge: stored', () => {
  it('keeps every image it said Success for, though no file can be written until after a kill -9', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-stored-'));
    const [data, received] = [join(folder, 'data'), join(folder, 'received')];
    const images = await ctImages(20, folder);
    const port = await freePort();
    const file = await writeProduction(folder, port, {
      service: { acknowledge: 'stored' },
      operation: { fileName: "'{Modality}/{SOPInstanceUID}.dcm'" },
    });
    // A file where the operation wants its folder: nobody gets past that, root neither.
    await mkdir(received);
    await writeFile(join(received, 'CT'), '');
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };

    const first = await startProductionProcess(file, { data });
    const told = await startTransfer(peer, images.slice(0, 12), 3).done;
    const reader = await openMessageReader(data);
    await expect.poll(() => retrying(reader), { timeout: 20_000 }).toBe(1);
    await first.kill();
    await using second = await startProductionProcess(file, { data });
    told.push(...(await startTransfer(peer, images.slice(12), 3).done));
    await expect.poll(() => retrying(reader), { timeout: 20_000 }).toBe(1);
    expect(await readdir(received)).toEqual(['CT']);
    await rm(join(received, 'CT'));
    await idle(reader);

    expect(told).toHaveLength(images.length);
    await proveEachIsStored(told, received);
    await proveOneFileEach(reader, hosts.operation, received);
    await proveAllIsFinished(reader, data);
    const requests = await reader.messages({
      host: hosts.service,
      status: 'Completed',
      limit: 500,
    });
    const answers = requests.flatMap(({ answered }) => answered?.status ?? []);
    expect(new Set(answers)).toEqual(new Set(['0000']));
    expect(await second.stop()).toBe(0);
    await reader.close();
    await rm(folder, { recursive: true });
  });
});

async function retrying(reader: Awaited<ReturnType<typeof openMessageReader>>): Promise<number> {
  const queues = await reader.queues();
  return queues.find(({ host }) => host === hosts.operation)?.retrying ?? 0;
}
