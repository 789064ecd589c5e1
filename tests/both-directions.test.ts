import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  pydicomFiles,
  sampleStudy,
  startOrthanc,
  startProductionProcess,
  startRecordingRelay,
  type Orthanc,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { allMessages, idle } from './durability/proof.ts';
import { describeWith } from './house/peers.ts';

describeWith(
  ['redis', 'orthanc', 'pydicom'],
  'two Orthancs and two productions between them',
  () => {
    it(
      'have the same studies in the end, sent both ways at once, each image once each way and byte for byte',
      { timeout: 600_000 },
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'consort-both-'));
        await using a = await startOrthanc({}, { aeTitle: 'ORTHANC_A' });
        await using b = await startOrthanc({}, { aeTitle: 'ORTHANC_B' });
        await using toA = await startRecordingRelay(a.dicomPort);
        await using toB = await startRecordingRelay(b.dicomPort);
        await using one = await startBetween(folder, 'ORTHANC_A', 'ORTHANC_B', toB.port);
        await using two = await startBetween(folder, 'ORTHANC_B', 'ORTHANC_A', toA.port);
        await using fromA = await startRecordingRelay(one.port);
        await using fromB = await startRecordingRelay(two.port);
        await a.setModality('consort', { aeTitle: 'ROUTER', port: fromA.port });
        await b.setModality('consort', { aeTitle: 'ROUTER', port: fromB.port });
        await uploadApart(a, b);
        const [ofA, ofB] = [await a.get<string[]>('/studies'), await b.get<string[]>('/studies')];
        expect(Math.min(ofA.length, ofB.length)).toBeGreaterThan(1);
        expect(ofA.filter((study) => ofB.includes(study))).toEqual([]);
        const [countA, countB] = await Promise.all(
          [a, b].map(async (orthanc) => (await orthanc.statistics()).CountInstances),
        );

        const jobs = await Promise.all([a.store('consort', ofA), b.store('consort', ofB)]);
        expect(jobs.map(({ State }) => State)).toEqual(['Success', 'Success']);
        await Promise.all([one.idle(), two.idle()]);

        for (const study of [...ofA, ...ofB]) {
          const path = `/studies/${study}/statistics`;
          const [atA, atB] = [await a.get<Counts>(path), await b.get<Counts>(path)];
          expect(countsIn(atB)).toEqual(countsIn(atA));
        }
        expect(await b.statistics()).toEqual(await a.statistics());
        // Each once, and none of them back again.
        const relays = [fromA, toB, fromB, toA];
        const counts = relays.map(({ objects }) => objects.length);
        expect(counts).toEqual([countA, countA, countB, countB]);
        const digests = relays.map(({ objects }) => objects.map(({ digest }) => digest).toSorted());
        expect(digests[1]).toEqual(digests[0]);
        expect(digests[3]).toEqual(digests[2]);
        expect(relays.flatMap(({ objects }) => objects).every(({ status }) => status === 0)).toBe(
          true,
        );
        expect(await one.statuses()).toEqual(Array(countA).fill('Completed'));
        expect(await two.statuses()).toEqual(Array(countB).fill('Completed'));
        await one.stop();
        await two.stop();
        await rm(folder, { recursive: true });
      },
    );
  },
);

/** What Orthanc counts in a study, among other things: numbers as text. */
type Counts = Readonly<Record<'CountInstances' | 'CountSeries', unknown>>;

function countsIn({ CountInstances, CountSeries }: Counts) {
  return { CountInstances, CountSeries };
}

/** A production that answers Success at once and sends what one Orthanc sends it to the other. */
async function startBetween(folder: string, from: string, to: string, toPort: number) {
  const port = await freePort();
  const file = join(folder, `${to}.yaml`);
  const data = join(folder, to);
  await writeFile(
    file,
    `name: To.${to}
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: ROUTER, remoteAet: ${from}, acknowledge: stored, target: Router }
processes:
  Router: { component: dicom.router, settings: { answer: atOnce, rules: [{ send: [PACS] }] } }
operations:
  PACS:
    component: dicom.tcp-operation
    retry: { interval: 200ms, timeout: -1 }
    settings: { host: 127.0.0.1, port: ${toPort}, localAet: ROUTER, remoteAet: ${to} }
`,
  );
  const production = await startProductionProcess(file, { data });
  const reader = await openMessageReader(data);
  async function stop(): Promise<void> {
    await reader.close();
    await production.stop();
  }
  return {
    port,
    stop,
    idle: () => idle(reader),
    /** Of the requests to the operation. */
    async statuses() {
      const messages = await allMessages(reader, 'PACS');
      return messages.filter(({ type }) => type === 'Request').map(({ status }) => status);
    },
    [Symbol.asyncDispose]: async () => void (await production.stop()),
  };
}

/** Stores some files in the one Orthanc, in several transfer syntaxes, and then every other study in the other. */
async function uploadApart(a: Orthanc, b: Orthanc): Promise<void> {
  // Orthanc proposes these two under a SOP class that is none, to any peer, and fails.
  const others = pydicomFiles().filter((path) => !path.includes('/rtdose_rle'));
  for (const path of [...sampleStudy(), ...others.filter((_, index) => index % 3 === 0)]) {
    // It takes no file without a study, nor one that ends too early.
    await a.upload(await readFile(path)).catch(() => undefined);
  }
  for (const [index, study] of (await a.get<string[]>('/studies')).entries()) {
    if (index % 2 === 0) continue;
    for (const { ID } of await a.get<{ ID: string }[]>(`/studies/${study}/instances`)) {
      await b.upload(await a.file(ID));
    }
    await a.remove(`/studies/${study}`);
  }
}
