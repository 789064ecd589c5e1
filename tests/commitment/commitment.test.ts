import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startTestProduction,
  type TestProduction,
} from '@consort/testing';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';

/** A SOP class and an instance of it. */
type Reference = readonly [sopClassUid: string, sopInstanceUid: string];

const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'orthanc', 'pydicom'], 'storage commitment', () => {
  it('tells Orthanc, by a report on an association of its own, what is committed and what is not', async () => {
    await using site = await startSite();
    const { orthanc, door, production } = site;
    const images = sampleStudy().slice(0, 2);
    expect((await sendFiles(door, images)).map(({ status }) => status)).toEqual([0, 0]);
    const sent = await received(production);
    expect(sent).toHaveLength(2);
    const complete = await orthanc.commit('consort', sent);
    expect(complete).toMatchObject({ Status: 'Success', RemoteAET: 'CONSORT', Failures: [] });
    expect(complete.Success.map(({ SOPInstanceUID }) => SOPInstanceUID).toSorted()).toEqual(
      sent.map(([, uid]) => uid).toSorted(),
    );

    const [[sopClass, uid] = ['', '']] = sent;
    const unknown = [sopClass, '1.2.826.0.1.3680043.8.498.1'] as const;
    const conflicting = ['1.2.840.10008.5.1.4.1.1.7', uid] as const;
    const partly = await orthanc.commit('consort', [...sent, unknown]);
    expect(partly).toMatchObject({
      Status: 'Failure',
      Success: sent.map(() => ({})),
      Failures: [{ SOPInstanceUID: unknown[1], FailureReason: 0x0112 }],
    });
    expect((await orthanc.commit('consort', [conflicting])).Failures).toMatchObject([
      { SOPInstanceUID: uid, FailureReason: 0x0119 },
    ]);
    await production.idle();
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('believes with confirm: commitment only what Orthanc is committed to', async () => {
    await using site = await startSite({ TARGET: 'Orthanc' });
    const { orthanc, door, production } = site;
    const images = sampleStudy().slice(0, 2);
    expect((await sendFiles(door, images)).map(({ status }) => status)).toEqual([0, 0]);
    await production.idle();
    expect(await orthanc.statistics()).toMatchObject({ CountInstances: 2 });
    const delivered = await requestsTo('Orthanc', production);
    expect(delivered.map(({ status, attempts }) => [status, attempts])).toEqual(
      images.map(() => ['Completed', 0]),
    );
    // One report for each, on an association that Orthanc asked for.
    expect(await requestsTo('Commitment', production)).toHaveLength(2);
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });
});

/** The SOP classes and instances that a production has received. */
async function received({ messages }: TestProduction): Promise<readonly Reference[]> {
  const images = await messages.images({});
  return images.map(({ document }) => [
    document.sopClassUid,
    document.attributes.sopInstanceUid ?? '',
  ]);
}

/** The requests that a host was sent. */
async function requestsTo(host: string, { messages }: TestProduction) {
  const legs = await messages.messages({ host });
  return legs.filter(
    ({ type, targetConfigName }) => type === 'Request' && targetConfigName === host,
  );
}

async function startSite(env: NodeJS.ProcessEnv = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'consort-commitment-'));
  const port = await freePort();
  const orthanc = await startOrthanc({ consort: { aeTitle: 'CONSORT', port } });
  const production = await startTestProduction(file, {
    env: {
      DOOR_PORT: String(port),
      FILES: folder,
      ORTHANC_PORT: String(orthanc.dicomPort),
      MODALITY_PORT: String(await freePort()),
      ...env,
    },
  });
  return {
    orthanc,
    production,
    door: { port, calledAeTitle: 'CONSORT', callingAeTitle: 'MODALITY' },
    async [Symbol.asyncDispose]() {
      await production.stop();
      await orthanc.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
