import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readPart10 } from '@consort/dicom/part10';
import { requestAssociation } from '@consort/dicom/requester';
import {
  freePort,
  makeAuthority,
  sampleStudy,
  spawnProduction,
  startProductionProcess,
  startStorescp,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { outputs } from '../packages/cli/src/json/outputs.ts';
import { writeProduction } from './durability/write-production.ts';
import { describeWith } from './house/peers.ts';

const modules = new URL('../node_modules', import.meta.url).pathname;

/** Blocks its thread for what comes from BUSY. */
const forward = `import { defineProcess, target } from '@consort/core';
import { z } from 'zod';

export default defineProcess({
  description: 'Forwards.',
  settings: z.object({ target: target() }),
  onRequest(request, { settings, sendRequestSync }) {
    if (request.header.arrival?.callingAeTitle === 'BUSY') {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_000);
    }
    return sendRequestSync(settings.target, request.body);
  },
});
`;

describeWith(['redis', 'dcmtk', 'pydicom'], 'production associations', () => {
  it('shows who is connected, over which connection and contexts, and who was refused and why', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-associations-'));
    const data = join(folder, 'data');
    const authority = makeAuthority(folder);
    const { cert, key } = authority.issue('client', { commonName: 'CT Scanner 1' });
    authority.issue('server');
    const port = await freePort();
    const file = await writeProduction(folder, port, {
      service: {
        peers: '[{ aet: CT1, addresses: [127.0.0.1] }, { aet: CT2, addresses: [10.0.0.0/8] }]',
        tls: '{ cert: ./server.crt, key: ./server.key, ca: ./test-ca.crt }',
      },
    });
    const credentials = () => ({
      cert: readFileSync(cert),
      key: readFileSync(key, 'utf8'),
      ca: readFileSync(authority.file),
    });
    const [image = ''] = sampleStudy();
    const bytes = readFileSync(image);
    const { meta, dataSetPosition } = await readPart10({
      size: bytes.length,
      read: async (at, length) => bytes.subarray(at, at + length),
    });
    const { sopClassUid = '', sopInstanceUid = '', transferSyntaxUid } = meta;
    const ask = (callingAeTitle: string) =>
      requestAssociation({
        host: '127.0.0.1',
        port,
        callingAeTitle,
        calledAeTitle: 'IRIS',
        contexts: [{ abstractSyntax: sopClassUid, transferSyntaxes: [transferSyntaxUid] }],
        tls: { credentials },
      });
    const verb = async (...words: string[]) => {
      const ran = spawnProduction(['associations', '-p', file, '--data', data, ...words]);
      expect(await ran.ended).toBe(0);
      return ran.output();
    };
    const json = async () => JSON.parse(await verb('--json')) as Record<string, unknown>;

    await using production = await startProductionProcess(file, { data });
    expect(await verb()).toContain('nobody is connected');
    const association = await ask('CT1');
    const dataSet = Readable.from([bytes.subarray(dataSetPosition)]);
    const object = { sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet };
    expect((await association.store(object)).status).toBe(0);
    await expect(ask('CT2')).rejects.toThrow(/calling-AE-title-not-recognized/);

    const found = await json();
    expect(found).toMatchObject({
      isAnswering: true,
      associations: [
        {
          service: 'Door',
          callingAeTitle: 'CT1',
          calledAeTitle: 'IRIS',
          peerAddress: '127.0.0.1',
          images: 1,
          contexts: [{ sopClass: 'CTImageStorage', transferSyntax: 'ExplicitVRLittleEndian' }],
          tls: { version: 'TLSv1.3', subject: 'CN=CT Scanner 1' },
        },
      ],
      refusals: [
        {
          code: 'ASSOCIATION_REFUSED',
          text: expect.stringMatching(
            /may not call from this address; to accept it, add at .*production\.yaml:3:\d+: - { aet: CT2, addresses: \["127\.0\.0\.1"\] }/,
          ),
        },
      ],
    });
    const text = await verb();
    expect(text).toMatch(/Door +CT1 +IRIS +127\.0\.0\.1 .* 1 +TLSv1\.3/);
    expect(text).toMatch(/CTImageStorage in ExplicitVRLittleEndian; .*certificate CN=CT Scanner 1/);
    expect(text).toContain('Refused in the last 24 hours');

    await association.release();
    while (((await json())['associations'] as readonly unknown[]).length > 0) continue;
    await production.stop();
    expect(await json()).toMatchObject({ isAnswering: false, associations: [], refusals: [{}] });
    await rm(folder, { recursive: true });
  });

  it(
    'shows with whom an operation is connected, and since when it has nothing to do',
    { timeout: 300_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'consort-associations-'));
      const authority = makeAuthority(folder);
      authority.issue('consort');
      const { cert, key } = authority.issue('pacs', { commonName: 'The PACS' });
      await using peer = await startStorescp(['+tls', key, cert, '+cf', authority.file]);
      const file = join(folder, 'production.yaml');
      await writeFile(
        file,
        `name: Outgoing
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${await freePort()}, localAet: IRIS, remoteAet: [CT1, BUSY], target: Forward }
processes:
  Forward: { component: ./forward.ts, settings: { target: PACS } }
operations:
  PACS:
    component: dicom.tcp-operation
    settings:
      host: localhost
      port: ${peer.port}
      localAet: IRIS
      remoteAet: PEER
      idleTimeout: -1
      tls: { cert: ./consort.crt, key: ./consort.key, ca: ./test-ca.crt }
`,
      );
      await writeFile(join(folder, 'forward.ts'), forward);
      await symlink(modules, join(folder, 'node_modules'));
      const verb = async (...words: string[]) => {
        const ran = spawnProduction([...words, '-p', file]);
        expect(await ran.ended).toBe(0);
        return ran.output();
      };

      await using production = await startProductionProcess(file, {
        data: join(folder, '.consort'),
      });
      await verb('send', ...sampleStudy().slice(0, 2));
      const found = JSON.parse(await verb('associations', '--json')) as Record<string, unknown>;
      expect(found).toMatchObject({
        outgoing: [
          {
            operation: 'PACS',
            callingAeTitle: 'IRIS',
            calledAeTitle: 'PEER',
            host: 'localhost',
            port: peer.port,
            images: 2,
            since: expect.any(String),
            idleSince: expect.any(String),
            contexts: [{ sopClass: 'CTImageStorage', transferSyntax: 'ExplicitVRLittleEndian' }],
            implementation: expect.stringMatching(/^OFFIS_DCMTK/),
            tls: { version: expect.stringMatching(/^TLSv1/), subject: 'CN=The PACS' },
          },
        ],
      });
      expect(outputs.associations.parse(found)).toEqual(found);
      const text = await verb('associations');
      expect(text).toMatch(new RegExp(`PACS +IRIS +PEER +localhost:${peer.port} .* 2 .* TLSv1`));
      expect(text).toMatch(/CTImageStorage in ExplicitVRLittleEndian; software OFFIS_DCMTK/);

      const busy = spawnProduction([
        'send',
        '--from',
        'BUSY',
        ...sampleStudy().slice(0, 1),
        '-p',
        file,
      ]);
      let words = '';
      while (!words.includes('not known of')) words = await verb('associations');
      expect(words).toMatch(/Door +BUSY +IRIS/);
      expect(words).toMatch(/not known of (Forward, PACS|PACS, Forward): a handler keeps/);
      await busy.ended;
      await production.stop();
      await rm(folder, { recursive: true });
    },
  );
});
