import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, MessageReader } from '@consort/core';
import { dataSetDigest } from '@consort/dicom/part10';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startProductionProcess,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'orthanc', 'pydicom'], 'router, study by study', () => {
  it('answers each image at once, and sends the study on as one message when no more comes', async () => {
    const { received, env, port } = await places();
    await using production = await startTestProduction(file, { env });
    await using relay = await startRecordingRelay(port);
    await using orthanc = await startOrthanc({ router: { aeTitle: 'STUDIES', port: relay.port } });
    const instances = [];
    for (const image of sampleStudy()) instances.push(await orthanc.upload(await readFile(image)));

    const job = await orthanc.store('router', instances);
    const { messages } = production;
    expect(job.State).toBe('Success');
    // It has been answered, and its request is open: it waits for the rest of its study.
    await untilSome(async () => {
      const open = await messages.messages({ host: 'Collect.Study', status: 'Deferred' });
      return open.filter(({ answered }) => answered?.status === '0000');
    });
    await untilDone(messages, instances.length);

    expect(await studiesIn(messages)).toEqual([instances.length]);
    const sent = relay.objects.map(({ digest }) => digest).sort();
    expect(await digestsIn(join(received, 'archive-three'))).toEqual(sent);
    expect(await entriesIn(received)).toEqual([]);
    await rm(received, { recursive: true });
  });

  it('sends two studies that come together on as two messages', async () => {
    const { received, env, peer } = await places();
    await using production = await startTestProduction(file, { env });
    const { messages } = production;
    const [own = '', ...rest] = sampleStudy();
    const images = [...rest, otherStudy, own];

    const results = await sendFiles(peer, images);
    await untilDone(messages, images.length);

    expect(new Set(results.map(({ status }) => status))).toEqual(new Set([0]));
    expect((await studiesIn(messages)).toSorted()).toEqual([1, images.length - 1]);
    await rm(received, { recursive: true });
  });

  it('sends every image of the study on once, killed while it collects and while it sends', async () => {
    const { received, env, peer } = await places();
    const data = join(received, 'data');
    const images = sampleStudy();

    const collecting = await startProductionProcess(file, { data, env });
    await sendFiles(peer, images);
    await untilSome(async () => ((await entriesIn(received)).length === images.length ? [1] : []));
    await collecting.kill();
    const sending = await startProductionProcess(file, { data, env });
    await untilSome(() => readdir(join(received, 'archive-three')));
    await sending.kill();
    await using last = await startProductionProcess(file, { data, env });
    const reader = await openMessageReader(data);
    await untilDone(reader, images.length);

    expect(await studiesIn(reader)).toEqual([images.length]);
    const digests = await Promise.all(images.map(dataSetDigest));
    expect(await digestsIn(join(received, 'archive-three'))).toEqual(digests.sort());
    expect(await entriesIn(received)).toEqual([]);
    await reader.close();
    await last.stop();
    await rm(received, { recursive: true });
  });
});

/** A file of another study than `sampleStudy`. */
const otherStudy = '/usr/lib/python3/dist-packages/pydicom/data/test_files/CT_small.dcm';

/** Folders and ports of the production, and its peer's way to the service for studies. */
async function places() {
  const received = await mkdtemp(join(tmpdir(), 'consort-router-'));
  const port = await freePort();
  const env = {
    ROUTER_PORT: String(await freePort()),
    STUDIES_PORT: String(port),
    RECEIVED: received,
    QUIET: '5s',
  };
  const peer = { port, calledAeTitle: 'STUDIES', callingAeTitle: 'ORTHANC' };
  return { received, env, port, peer };
}

/** Resolves when there is something to be seen. */
async function untilSome(look: () => Promise<readonly unknown[]>): Promise<void> {
  while ((await look()).length === 0) await sleep(20);
}

/** Resolves when so many images have been collected and every request for one has ended. */
async function untilDone(reader: MessageReader, count: number): Promise<void> {
  for (;;) {
    const images = await requestsTo(reader, 'Collect.Study');
    const done = images.filter(({ header }) => header.status === 'Completed');
    if (images.length === count && done.length === count) return;
    await sleep(50);
  }
}

/** How many images each study has that was sent on. */
async function studiesIn(reader: MessageReader): Promise<readonly number[]> {
  const studies = await requestsTo(reader, 'Send.Study');
  return studies.map(({ body = { type: 'empty' } }) => (body['images'] as unknown[]).length);
}

async function requestsTo(reader: MessageReader, host: string): Promise<readonly Message[]> {
  const all = await reader.messages({ host, limit: 1000 });
  const requests = all.filter((h) => h.type === 'Request' && h.targetConfigName === host);
  return Promise.all(requests.map(async ({ id }) => (await reader.message(id))!));
}

async function digestsIn(folder: string) {
  return (await receivedFiles(folder)).map(({ digest }) => digest).sort();
}

/** The images in the book. */
async function entriesIn(received: string) {
  const entries = await readdir(join(received, 'study-book'), { recursive: true }).catch(() => []);
  return entries.filter((name) => name.endsWith('.json'));
}
