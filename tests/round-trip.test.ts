import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  freePort,
  pydicomFiles,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startRecordingRelay,
  startStorescp,
  startTestProduction,
  type Orthanc,
} from '@consort/testing/consort';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-round-trip-'));
  file = join(folder, 'production.yaml');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describeWith(['redis', 'orthanc', 'dcmtk', 'pydicom'], 'from Orthanc through a production', () => {
  it(
    'everything Orthanc has is in another Orthanc, which was away, and in storescp byte for byte',
    { timeout: 300_000 },
    async () => {
      await using a = await startOrthanc();
      await using b = await startOrthanc();
      await using peer = await startStorescp();
      await using toB = await startRecordingRelay(b.dicomPort);
      const port = await freePort();
      await writeProduction(port, { B: ['ORTHANC', toB.port], Peer: ['PEER', peer.port] });
      await using production = await startTestProduction(file);
      await using fromA = await startRecordingRelay(port);
      await a.setModality('consort', { aeTitle: 'ROUTER', port: fromA.port });
      const instances = await upload(a);
      const transferSyntaxes = await transferSyntaxesOf(a);
      expect(transferSyntaxes.size).toBeGreaterThanOrEqual(8);

      const storing = a.store('consort', instances);
      while (toB.objects.length < instances.length / 4) await sleep(5);
      await b.kill();
      const takenByB = toB.objects.length;
      expect(takenByB).toBeLessThan(instances.length);
      expect((await storing).State).toBe('Success');
      while (!production.events.some(({ text }) => text.startsWith('B will try'))) await sleep(20);
      await b.restart();
      await production.idle();

      expect(await b.statistics()).toEqual(await a.statistics());
      expect(await instancesOf(b)).toEqual(await instancesOf(a));
      expect(await transferSyntaxesOf(b)).toEqual(transferSyntaxes);
      const sent = fromA.objects.map(({ digest }) => digest).toSorted();
      expect(sent).toHaveLength(instances.length);
      expect((await peer.received()).map(({ digest }) => digest).toSorted()).toEqual(sent);
      // One at a time goes to B: the only one it can have had twice is the one that was under way.
      const again = toB.objects.length - sent.length;
      expect([0, 1]).toContain(again);
      expect(new Set(toB.objects.map(({ digest }) => digest))).toEqual(new Set(sent));
    },
  );
});

describeWith(['redis', 'orthanc', 'pydicom'], 'an Orthanc that sends back what it gets', () => {
  // Each time an image comes it is stored anew and sent back: without an end, if we sent it on again.
  const lua = `function OnStoredInstance(instance, tags, metadata, origin)
    SendToModality(instance, 'consort')
  end`;

  it('is told Success, gets no image again that has come back, and is one alert', async () => {
    const port = await freePort();
    const consort = { aeTitle: 'ROUTER', port };
    await using b = await startOrthanc({ consort }, { lua, overwriteInstances: true });
    await using toB = await startRecordingRelay(b.dicomPort);
    await writeProduction(port, { B: ['ORTHANC', toB.port] });
    await using production = await startTestProduction(file);
    const study = sampleStudy();
    const door = { port, calledAeTitle: 'ROUTER', callingAeTitle: 'MODALITY' };
    for (const { status } of await sendFiles(door, study)) expect(status).toBe(0);

    const returned = () =>
      production.messages.messages({ host: 'Door', status: 'Discarded', limit: 100 });
    // One that Orthanc has encoded in its own way, or that was back before its receipt was recorded, goes round once more.
    // What a sender was answered is noted after it was told.
    const told = async () => (await returned()).filter(({ answered }) => answered).length;
    while ((await told()) < study.length) await sleep(50);
    await production.idle();
    const back = await returned();
    expect(back).toHaveLength(study.length);
    for (const { answered, note, arrival } of back) {
      expect(answered?.status).toBe('0000');
      expect(arrival?.callingAeTitle).toBe('ORTHANC');
      expect(note).toContain(`returned by ORTHANC@127.0.0.1:${toB.port}`);
    }
    const received = await production.messages.messages({ host: 'Router', limit: 100 });
    const requests = received.filter(({ sourceConfigName }) => sourceConfigName === 'Door');
    expect(toB.objects).toHaveLength(requests.length);
    expect(requests.length).toBeLessThanOrEqual(3 * study.length);

    let alerts = await production.messages.alerts();
    while (!alerts.some(({ count }) => count === study.length)) {
      await sleep(100);
      alerts = await production.messages.alerts();
    }
    expect(alerts).toMatchObject([
      { condition: 'imageReturned', host: 'Door', callingAet: 'ORTHANC', count: study.length },
    ]);
    const codes = production.events.map(({ code }) => code);
    expect(codes.filter((code) => code === 'ALERT_STARTED')).toHaveLength(1);
    expect(codes.filter((code) => code === 'IMAGE_RETURNED')).toHaveLength(study.length);
  });

  it('gets them again, round and round, where whenReturned says accept, and a Warning says so', async () => {
    const port = await freePort();
    const consort = { aeTitle: 'ROUTER', port };
    await using b = await startOrthanc({ consort }, { lua, overwriteInstances: true });
    await using toB = await startRecordingRelay(b.dicomPort);
    await writeProduction(port, { B: ['ORTHANC', toB.port] }, 'accept');
    await using production = await startTestProduction(file);
    const [image = ''] = sampleStudy();
    const door = { port, calledAeTitle: 'ROUTER', callingAeTitle: 'MODALITY' };
    expect(await sendFiles(door, [image])).toMatchObject([{ status: 0 }]);
    const warnings = () => production.events.filter(({ code }) => code === 'IMAGE_RETURNED');
    while (warnings().length < 3 || toB.objects.length < 4) await sleep(50);
    expect(warnings()[0]?.text).toContain('it goes on, as whenReturned says');
    expect(await production.messages.messages({ host: 'Door', status: 'Discarded' })).toEqual([]);
  });
});

describeWith(['redis', 'orthanc', 'dcmtk', 'pydicom'], 'a C-MOVE from where it was sent', () => {
  it('brings an image back that goes on: somebody asked for it', async () => {
    const port = await freePort();
    const modalities = {
      consort: { aeTitle: 'ROUTER', port },
      asker: { aeTitle: 'ASKER', port: 1 },
    };
    await using b = await startOrthanc(modalities);
    await using toB = await startRecordingRelay(b.dicomPort);
    await writeProduction(port, { B: ['ORTHANC', toB.port] });
    await using production = await startTestProduction(file);
    const [image = ''] = sampleStudy();
    const door = { port, calledAeTitle: 'ROUTER', callingAeTitle: 'MODALITY' };
    expect(await sendFiles(door, [image])).toMatchObject([{ status: 0 }]);
    await production.idle();
    const [received] = await production.messages.images({});
    const study = received?.document.attributes.studyInstanceUid ?? '';
    const move = () =>
      promisify(execFile)('movescu', [
        '-S',
        '-aet',
        'ASKER',
        '-aec',
        'ORTHANC',
        '-aem',
        'ROUTER',
        '-k',
        'QueryRetrieveLevel=STUDY',
        '-k',
        `StudyInstanceUID=${study}`,
        '127.0.0.1',
        String(b.dicomPort),
      ]);
    // Orthanc encodes this image in its own way; the second time it is one that it has been sent.
    for (const _ of ['once', 'again']) {
      await move();
      await production.idle();
    }
    const [first, ...moved] = toB.objects;
    expect(first).toMatchObject({ digest: await dataSetDigest(image), status: 0 });
    expect(moved).toHaveLength(2);
    expect(moved[1]).toEqual(moved[0]);
    // The same image from the same peer, sent without being asked for, is discarded.
    const unasked = { ...door, callingAeTitle: 'ORTHANC' };
    expect(await sendFiles(unasked, [image])).toMatchObject([{ status: 0 }]);
    await production.idle();
    expect(toB.objects).toHaveLength(3);
    const discarded = await production.messages.messages({ host: 'Door', status: 'Discarded' });
    expect(discarded).toHaveLength(1);
  });
});

/** A production that answers Success at once and sends everything to all peers, one image at a time to each. */
function writeProduction(
  port: number,
  peers: Readonly<Record<string, readonly [aeTitle: string, port: number]>>,
  whenReturned: 'discard' | 'accept' = 'discard',
): Promise<void> {
  const operations = Object.entries(peers).map(
    ([name, [aeTitle, peerPort]]) => `  ${name}:
    component: dicom.tcp-operation
    retry: { interval: 200ms, timeout: -1 }
    settings: { host: 127.0.0.1, port: ${peerPort}, localAet: ROUTER, remoteAet: ${aeTitle} }
`,
  );
  return writeFile(
    file,
    `name: Round.Trip
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: ROUTER, remoteAet: [ORTHANC, MODALITY], acknowledge: stored, whenReturned: ${whenReturned}, target: Router }
processes:
  Router:
    component: dicom.router
    settings: { answer: atOnce, rules: [{ send: [${Object.keys(peers).join(', ')}] }] }
operations:
${operations.join('')}`,
  );
}

/** Stores in Orthanc what it takes of the sample files, in all their transfer syntaxes. */
async function upload(orthanc: Orthanc): Promise<readonly string[]> {
  const instances = new Set<string>();
  // Orthanc proposes these two under a SOP class that is none, to any peer, and fails.
  const files = pydicomFiles().filter((path) => !path.includes('/rtdose_rle'));
  // Some samples have one SOP Instance UID in several transfer syntaxes; the first is kept, and the last are the rarer.
  for (const path of files.toReversed()) {
    // It takes no file without a study, nor one that ends too early.
    const id = await orthanc.upload(await readFile(path)).catch(() => undefined);
    if (id !== undefined) instances.add(id);
  }
  return [...instances];
}

async function transferSyntaxesOf(orthanc: Orthanc): Promise<ReadonlySet<string>> {
  const ids = await instancesOf(orthanc);
  const syntaxes = ids.map(async (id) =>
    (await fetch(`${orthanc.url}/instances/${id}/metadata/TransferSyntax`)).text(),
  );
  return new Set(await Promise.all(syntaxes));
}

async function instancesOf(orthanc: Orthanc): Promise<readonly string[]> {
  const ids = (await (await fetch(`${orthanc.url}/instances`)).json()) as string[];
  return ids.toSorted();
}
