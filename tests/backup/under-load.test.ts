import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { dataSetDigest } from '@consort/dicom/part10';
import { freePort, spawnProduction, startProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { outputs } from '../../packages/cli/src/json/outputs.ts';
import { documentsHolder } from '../../packages/store/src/documents/hold-documents.ts';
import { fileDigest } from '../../packages/store/src/file-digest.ts';
import { allMessages, idle, proveAllIsFinished, proveEachIsStored } from '../durability/proof.ts';
import { ctImages, startTransfer } from '../durability/transfer.ts';
import { hosts, writeProduction } from '../durability/write-production.ts';
import { describeWith } from '../house/peers.ts';

describeWith(['redis', 'pydicom'], 'a backup under load', () => {
  it('brings every image back that was acknowledged before it, and what was not finished goes on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-backup-load-'));
    const [data, received, backups] = ['data', 'received', 'backups'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const images = await ctImages(120, folder);
    const port = await freePort();
    const file = await writeProduction(folder, port, { service: { acknowledge: 'stored' } });
    const verb = async (...words: readonly string[]) => {
      const ran = spawnProduction([...words, '-p', file, '--data', data]);
      const code = await ran.ended;
      return { code, output: ran.output() };
    };
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };

    const first = await startProductionProcess(file, { data });
    const transfer = startTransfer(peer, images.slice(0, 40), 3);
    await transfer.toldSuccess(20);
    expect((await verb('backup', backups)).code).toBe(0);
    await transfer.done;
    // So that some are not finished when the snapshot is taken.
    await verb('stop-host', hosts.operation);
    await startTransfer(peer, images.slice(40, 60), 3).done;
    const acknowledged = images.slice(0, 60);
    const over = new AbortController();
    const making = verb('backup', backups, '--json').finally(() => over.abort());
    while (!over.signal.aborted && !documentsHolder(join(data, 'documents'))) await sleep(10);
    const meanwhile = startTransfer(peer, images.slice(60, 90), 3);
    const { code, output } = await making;
    expect([code, output]).toEqual([0, expect.any(String)]);
    const made = outputs.backup.parse(JSON.parse(output));
    expect(made.lacking).toEqual([]);
    expect(made.documents.count).toBeGreaterThanOrEqual(60);
    expect(made.documents.copied).toBeLessThan(made.documents.count);
    expect(made.unfinished).toBeGreaterThanOrEqual(20);
    const since = startTransfer(peer, images.slice(90), 3);
    for (const told of [meanwhile, since]) expect((await told.done).length).toBeGreaterThan(0);
    await first.kill();
    await rm(data, { recursive: true });
    await rm(received, { recursive: true });

    const restored = await verb('restore', backups);
    expect(restored).toMatchObject({ code: 0, output: expect.stringMatching(/Next: /) as string });
    await mkdir(received);
    await using second = await startProductionProcess(file, { data });
    const reader = await openMessageReader(data);
    const inRecord = new Set<string>();
    for (const { id } of await allMessages(reader, hosts.service)) {
      const digest = (await reader.message(id))?.body?.document?.digest;
      if (digest) inRecord.add(digest);
    }
    const back: string[] = [];
    for (const image of images) {
      const digest = await dataSetDigest(image);
      if (!inRecord.has(digest)) continue;
      const path = join(data, 'documents', digest.slice(0, 2), digest);
      expect((await fileDigest(path)).digest).toBe(digest);
      back.push(image);
    }
    expect(back).toEqual(expect.arrayContaining(acknowledged));
    expect(back.filter((image) => images.indexOf(image) >= 90)).toEqual([]);
    const rest = images.filter((image) => !back.includes(image));
    expect(await startTransfer(peer, rest, 3).done).toHaveLength(rest.length);
    await idle(reader);
    await proveAllIsFinished(reader, data);
    // What was finished at the snapshot is not done again; everything else is in a file now.
    const requests = (await allMessages(reader, hosts.operation)).filter(
      ({ type, timeProcessed = '' }) => type === 'Request' && timeProcessed > made.takenAt,
    );
    const done = await Promise.all(
      requests.map(async ({ id }) => (await reader.message(id))?.body?.document?.digest),
    );
    const expected: string[] = [];
    for (const image of images) if (done.includes(await dataSetDigest(image))) expected.push(image);
    expect(expected).toEqual(expect.arrayContaining([...images.slice(40, 60), ...rest]));
    await proveEachIsStored(expected, received);
    expect(await second.stop()).toBe(0);
    await reader.close();
    await rm(folder, { recursive: true });
  });
});
