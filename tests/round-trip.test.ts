import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  pydicomFiles,
  startOrthanc,
  startRecordingRelay,
  startStorescp,
  startTestProduction,
  type Orthanc,
} from '@consort/testing';
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

/** A production that answers Success at once and sends everything to all peers, one image at a time to each. */
function writeProduction(
  port: number,
  peers: Readonly<Record<string, readonly [aeTitle: string, port: number]>>,
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
    settings: { port: ${port}, localAet: ROUTER, remoteAet: ORTHANC, acknowledge: stored, target: Router }
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
