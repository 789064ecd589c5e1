import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  freePort,
  makeAuthority,
  sampleStudy,
  spawnProduction,
  startStorescp,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { echoHandler } from '../packages/cli/src/operate/echo-handler.ts';
import { describeWith } from './house/peers.ts';

const run = promisify(execFile);

describeWith(['redis', 'dcmtk', 'pydicom'], 'TLS with DCMTK', () => {
  it('brings images from storescu to storescp, both sides of both associations with certificates', async () => {
    await using site = await aSite();
    const { authority, folder, modality } = site;
    const pacs = authority.issue('pacs');
    await using peer = await startStorescp(['+tls', pacs.key, pacs.cert, '+cf', authority.file]);
    await using production = await startTestProduction(await site.production(peer.port));

    const files = sampleStudy().slice(0, 3);
    await send(site.port, [...secured(modality, authority.file), ...files]);
    await production.idle();
    expect(await peer.received()).toHaveLength(3);

    const described = (await production.messages.hosts()).map(({ detail }) => detail);
    expect(described.join()).toContain(`:${site.port} (TLS) as CONSORT for MODALITY`);
    expect(described.join()).toContain(`:${peer.port} (TLS) as CONSORT`);
    // A C-ECHO to the operation's peer is by the operation's own settings.
    const { echo } = echoHandler(production.running);
    expect(await echo?.({ host: 'PACS' })).toMatchObject({ status: '0000' });
    await rename(join(folder, 'consort.key'), join(folder, 'consort.key.aside'));
    await expect(echo?.({ host: 'PACS' })).rejects.toMatchObject({
      code: 'TLS_FILES_UNFIT',
      message: expect.stringMatching(/consort\.key \(.*production\.yaml:\d+:\d+\)/) as unknown,
    });
    await rename(join(folder, 'consort.key.aside'), join(folder, 'consort.key'));
    // Asked by the command line, the service is spoken to by its own settings.
    const file = join(folder, 'production.yaml');
    const asked = spawnProduction(['send', files[0] ?? '', '-p', file]);
    expect([await asked.ended, asked.output()]).toEqual([
      0,
      expect.stringContaining('1 of 1 file sent from MODALITY to CONSORT'),
    ]);
    await production.idle();
    const printed = JSON.stringify(production.events);
    for (const name of ['consort', 'modality', 'pacs']) {
      const [, secret = 'no key'] = (await readFile(join(folder, `${name}.key`), 'utf8')).split(
        '\n',
      );
      expect(printed).not.toContain(secret);
    }
  });

  it('says why an association with storescu does not come about: no TLS, another CA on either side', async () => {
    await using site = await aSite();
    const { authority, modality } = site;
    await using production = await startTestProduction(await site.production(await freePort()));
    const [file = ''] = sampleStudy();
    const foreign = makeAuthority(site.folder, 'foreign');

    const refused = [
      { words: [], says: /what came is no TLS/ },
      { words: secured(foreign.issue('stranger'), authority.file), says: /comes from no CA/ },
      {
        words: secured(modality, foreign.file),
        says: /the peer refused the handshake \(alert: unknown ca\); have the CA of our certificate trusted/,
      },
    ];
    for (const { words, says } of refused) {
      await expect(send(site.port, [...words, file])).rejects.toThrow();
      while (!production.events.some(({ text }) => says.test(text))) await sleep(20);
    }
    await send(site.port, [...secured(modality, authority.file), file]);
  });
});

function secured({ cert, key }: { readonly cert: string; readonly key: string }, ca: string) {
  return ['+tls', key, cert, '+cf', ca];
}

function send(port: number, words: readonly string[]) {
  const titles = ['-aet', 'MODALITY', '-aec', 'CONSORT'];
  return run('storescu', [...titles, '127.0.0.1', String(port), ...words]);
}

/** A folder with an authority, and a production that takes images over TLS and sends them on over TLS. */
async function aSite() {
  const folder = await mkdtemp(join(tmpdir(), 'consort-tls-'));
  const authority = makeAuthority(folder);
  authority.issue('consort');
  const modality = authority.issue('modality', { rsa: true });
  const port = await freePort();
  const forward = new URL('./sending/forward.ts', import.meta.url).pathname;
  return {
    folder,
    authority,
    modality,
    port,
    async production(pacsPort: number): Promise<string> {
      const file = join(folder, 'production.yaml');
      const code = `export { default } from ${JSON.stringify(forward)};\n`;
      await writeFile(join(folder, 'forward.ts'), code);
      const tls = 'tls: { cert: ./consort.crt, key: ./consort.key, ca: ./test-ca.crt }';
      await writeFile(
        file,
        `name: TLS
services:
  Door:
    component: dicom.tcp-service
    settings: { port: ${port}, localAet: CONSORT, remoteAet: MODALITY, acknowledge: stored, target: Forward, ${tls} }
processes:
  Forward: { component: ./forward.ts, settings: { target: PACS } }
operations:
  PACS:
    component: dicom.tcp-operation
    settings: { host: localhost, port: ${pacsPort}, localAet: CONSORT, remoteAet: PEER, ${tls} }
`,
      );
      return file;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
