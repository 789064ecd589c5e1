import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'orthanc', 'pydicom'], 'router, image by image', () => {
  it('has each image in both archives, byte for byte, when the PACS hears Success', async () => {
    await using router = await startRouter();
    const { production, received, port } = router;
    await using relay = await startRecordingRelay(port);
    await using orthanc = await startOrthanc({ router: { aeTitle: 'ROUTER', port: relay.port } });
    const instances = [];
    for (const image of sampleStudy()) instances.push(await orthanc.upload(await readFile(image)));

    const job = await orthanc.store('router', instances);
    const atSuccess = await Promise.all([
      digestsIn(join(received, 'archive-one')),
      digestsIn(join(received, 'archive-two')),
    ]);
    await production.idle();

    expect(job.State).toBe('Success');
    const sent = relay.objects.map(({ digest }) => digest).sort();
    expect(sent).toHaveLength(instances.length);
    expect(atSuccess).toEqual([sent, sent]);
    const firsts = await production.messages.messages({ host: 'From.PACS', limit: 200 });
    for (const session of new Set(firsts.map(({ sessionId }) => sessionId))) {
      const legs = await production.messages.session(session);
      expect(legs.map(({ header }) => header.status)).toEqual(Array(6).fill('Completed'));
      expect(legs[0]?.header.answered?.status).toBe('0000');
      const keys = legs.flatMap(({ header: h }) =>
        h.type === 'Response' ? [h.completionKey] : [],
      );
      expect(keys.sort()).toEqual(['Archive.One', 'Archive.Two', undefined]);
    }
  });

  it('answers A700 and names the archive that does not have it, which the other has', async () => {
    await using router = await startRouter();
    const { production, received, peer } = router;
    const [first = '', second = ''] = sampleStudy();
    await rm(join(received, 'archive-two'), { recursive: true });

    // One of them waits behind the retries of the other.
    const results = await Promise.all([sendFiles(peer, [first]), sendFiles(peer, [second])]);
    await production.idle();

    expect(results.flat().map(({ status }) => status)).toEqual([0xa700, 0xa700]);
    expect(await digestsIn(join(received, 'archive-one'))).toHaveLength(2);
    const answers = (await production.messages.messages({ host: 'From.PACS' })).filter(
      ({ type }) => type === 'Response',
    );
    for (const { id } of answers) {
      const command = (await production.messages.message(id))?.body?.['command'];
      expect(command).toMatchObject({ status: 0xa700, errorComment: 'not in Archive.Two' });
    }
    const warnings = production.events.filter(({ host }) => host === 'Both.Archives');
    expect(warnings).toHaveLength(2);
    // Which of them is told by the archive, and which by the time-out, is a matter of moments.
    for (const { code } of warnings) expect(code).toMatch(/^(DIRECTORY_MISSING|REQUEST_TIMEOUT)$/);
  });
});

/** The production with empty archives. */
async function startRouter() {
  const received = await mkdtemp(join(tmpdir(), 'consort-router-'));
  const port = await freePort();
  const production = await startTestProduction(file, {
    env: {
      ROUTER_PORT: String(port),
      STUDIES_PORT: String(await freePort()),
      RECEIVED: received,
    },
  });
  return {
    production,
    received,
    port,
    peer: { port, calledAeTitle: 'ROUTER', callingAeTitle: 'ORTHANC' },
    async [Symbol.asyncDispose]() {
      await production.stop();
      await rm(received, { recursive: true, force: true });
    },
  };
}

async function digestsIn(folder: string) {
  return (await receivedFiles(folder)).map(({ digest }) => digest).sort();
}
