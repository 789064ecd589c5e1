import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  startOrthanc,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const own = new URL('./production.yaml', import.meta.url);
const modules = new URL('../../node_modules', import.meta.url).pathname;
const hosts = {
  service: 'EnsLib.DICOM.Service.TCP',
  process: 'Demo.DICOM.Process.StorageLocal',
  operation: 'Demo.DICOM.Operation.File',
};

/** The article's own form: the answer is sent to the service, and nothing is returned. */
const answering = (more: string) => `import { defineProcess, target } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';

export default defineProcess({
  settings: z.object({ fileOperation: target() }),
  async onRequest(request, { settings, sendRequestSync, sendRequestAsync }) {
    await sendRequestSync(settings.fileOperation, request.body);
    await sendRequestAsync('${hosts.service}', storageResponse(request));
    ${more}
  },
});
`;

describeWith(['redis', 'orthanc', 'pydicom'], 'pacs-to-file, answering by sendRequestAsync', () => {
  it('sends the same bytes and shows the same four legs, with one answer', async () => {
    await using variant = await startVariant('return undefined;');
    const { production, orthanc, instances, received, relay } = variant;

    const job = await orthanc.store('iris', instances);
    await production.idle();

    expect(job.State).toBe('Success');
    const files = await receivedFiles(received);
    expect(files.map(({ digest }) => digest).sort()).toEqual(
      relay.objects.map(({ digest }) => digest).sort(),
    );
    expect(files).toHaveLength(instances.length);
    const firsts = await production.messages.messages({ host: hosts.service, limit: 200 });
    const sessions = new Set(firsts.map(({ sessionId }) => sessionId));
    expect(sessions.size).toBe(instances.length);
    for (const session of sessions) {
      const legs = await production.messages.session(session);
      expect(
        legs.map(({ header: { type, sourceConfigName, targetConfigName, status } }) => [
          type,
          sourceConfigName,
          targetConfigName,
          status,
        ]),
      ).toEqual([
        ['Request', hosts.service, hosts.process, 'Completed'],
        ['Request', hosts.process, hosts.operation, 'Completed'],
        ['Response', hosts.operation, hosts.process, 'Completed'],
        ['Response', hosts.process, hosts.service, 'Completed'],
      ]);
      expect(legs[0]?.header.answered?.status).toBe('0000');
    }
  });

  for (const [form, more] of [
    ['returned', 'return storageResponse(request);'],
    ['sent', `await sendRequestAsync('${hosts.service}', storageResponse(request));`],
  ] as const) {
    it(`a second answer that is ${form} is an error with its code, and the peer hears the first`, async () => {
      await using variant = await startVariant(more);
      const { production, orthanc, instances, received } = variant;

      const job = await orthanc.store('iris', instances.slice(0, 1));
      await production.idle();

      expect(job.State).toBe('Success');
      expect(await receivedFiles(received)).toHaveLength(1);
      expect(production.events.map(({ code }) => code)).toContain('ALREADY_ANSWERED');
      const session = (await production.messages.lastSession()) ?? 0;
      const legs = await production.messages.session(session);
      expect(legs[0]?.header).toMatchObject({
        status: 'Error',
        errorStatus: { code: 'ALREADY_ANSWERED' },
        answered: { status: '0000' },
      });
      const answers = legs.filter(({ header }) => header.targetConfigName === hosts.service);
      expect(answers.map(({ header }) => header.status)).toEqual(['Completed']);
    });
  }
});

/** The production with another process, and an Orthanc that has a study for it and sends through a relay. */
async function startVariant(more: string) {
  const folder = await mkdtemp(join(tmpdir(), 'consort-async-'));
  const received = join(folder, 'received');
  await writeFile(join(folder, 'storage-local.ts'), answering(more));
  await writeFile(join(folder, 'production.yaml'), await readFile(own));
  await symlink(modules, join(folder, 'node_modules')); // A process of its own folder imports the packages.
  const port = await freePort();
  const production = await startTestProduction(join(folder, 'production.yaml'), {
    env: { DICOM_PORT: String(port), RECEIVED: received },
  });
  const relay = await startRecordingRelay(port);
  const orthanc = await startOrthanc({ iris: { aeTitle: 'IRIS', port: relay.port } });
  const instances: string[] = [];
  for (const image of sampleStudy()) instances.push(await orthanc.upload(await readFile(image)));
  return {
    production,
    relay,
    orthanc,
    instances,
    received,
    async [Symbol.asyncDispose]() {
      await orthanc.stop();
      await relay[Symbol.asyncDispose]();
      await production.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
