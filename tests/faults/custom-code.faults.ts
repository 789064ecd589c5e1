import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requestAssociation } from '@consort/dicom/requester';
import { openMessageReader } from '@consort/store';
import { startProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';
import { seeds } from './seeds.ts';
import { makeSite, until, type Site } from './site.ts';

describeWith(['redis', 'pydicom'], 'code of an author', () => {
  it.each(seeds())(
    'F16: that blocks its event loop is ended and tried again, and the door answers meanwhile (seed %i)',
    async (seed) => {
      const site = await siteWith(['block'], seed);
      await using production = await site.start();
      const sending = site.ledger.sendAll(site.peer, site.images(12), 2);
      await blocked(site);
      // Nothing else of the production stands still with it.
      for (let echoes = 0; echoes < 5; echoes += 1) await echo(site);
      expect((await sending).map(({ outcome }) => outcome)).toEqual(Array(12).fill('taken'));
      await site.idle();
      expect(production.output()).toContain('its event loop was blocked for 2 s');
      expect(production.output()).not.toContain('THREAD_ENDED');
      await production.stop();

      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it.each(seeds())(
    'F16: goes with its production when that is killed while it blocks, and is run again (seed %i)',
    async (seed) => {
      const site = await siteWith(['block'], seed, { silence: '60s' });
      const production = await site.start();
      await site.ledger.sendAll(site.peer, site.images(6), 2);
      const pid = await blocked(site);
      await production.kill();
      await until(async () => !(await isAlive(pid)));

      await limits(site, { silence: '2s' });
      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it.each(seeds())(
    'F17: that throws, rejects, exits or uses up its memory costs tries, and no message (seed %i)',
    async (seed) => {
      const site = await siteWith(['exit', 'reject', 'throw later', 'throw', 'leak'], seed);
      await using production = await site.start();
      const sent = await site.ledger.sendAll(site.peer, site.images(20), 2);
      expect(sent.map(({ outcome }) => outcome)).toEqual(Array(20).fill('taken'));
      await site.idle();
      expect(production.output()).not.toContain('THREAD_ENDED');
      await production.stop();

      expect(await site.reconcile()).toEqual([]);
      const reader = await openMessageReader(site.data);
      expect(await reader.messages({ status: 'Suspended' })).toEqual([]);
      await reader.close();
      await site.remove();
    },
  );

  it('F17: the child of process.exec goes with its production when that is killed, hanging as it is', async () => {
    const site = await makeSite(0);
    const file = join(site.folder, 'exec.yaml');
    await writeFile(join(site.folder, 'hang.py'), hanging);
    await writeFile(
      file,
      'name: Exec\nprocesses:\n  Hang:\n    component: process.exec\n    settings: { command: /usr/bin/python3, args: [hang.py] }\n',
    );
    const production = await startProductionProcess(file, { data: site.data });
    const pid = Number(await readFile(join(site.folder, 'hanging'), 'utf8'));
    expect(await isAlive(pid)).toBe(true);
    await production.kill();
    await until(async () => !(await isAlive(pid)));
    await site.remove();
  });
});

/** Says that it is ready and reads no more. */
const hanging = `import json, os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open('hanging', 'w') as file:
    file.write(str(os.getpid()))
print(json.dumps({'type': 'ready', 'protocol': 1}), flush=True)
time.sleep(1000)
`;

/** A site whose process misbehaves with some messages, the first or the first two times, before or after it has sent. */
async function siteWith(
  kinds: readonly string[],
  seed: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const site = await makeSite(24, { service: { acknowledge: 'stored' } });
  await writeFile(join(site.folder, 'storage.ts'), unruly(kinds, seed, site.folder));
  await limits(site, { silence: '2s', ...changes });
  return site;
}

async function limits({ file }: Site, { silence }: { readonly silence: string }): Promise<void> {
  const text = await readFile(file, 'utf8');
  const isolated = `component: ./storage.ts, isolation: process, isolationLimits: { memory: 64, silence: ${silence} }, retry: { interval: 100ms, timeout: 60s },`;
  await writeFile(file, text.replace(/component: \.\/storage\.ts,.*(?= settings)/, isolated));
}

const unruly = (kinds: readonly string[], seed: number, folder: string) => `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import storage from ${JSON.stringify(root('productions/pacs-to-file/storage-local.ts'))};

const kinds = ${JSON.stringify(kinds)};
const folder = ${JSON.stringify(folder)};

async function misbehave(does, id) {
  if (does === 'block') {
    writeFileSync(folder + '/blocked-' + id, String(process.pid));
    for (;;);
  }
  if (does === 'exit') process.exit(1);
  if (does === 'reject') { void Promise.reject(new Error('nobody waits')); await sleep(60_000); }
  if (does === 'throw later') { setTimeout(() => { throw new Error('too late'); }); await sleep(60_000); }
  if (does === 'leak') for (const all = []; ; await sleep(0)) all.push(new Array(100_000).fill(all.length / 3));
  throw new Error('as planned');
}

export default {
  ...storage,
  async onRequest(request, context) {
    const { id } = request.header;
    const tries = folder + '/tries-' + id;
    appendFileSync(tries, 'x');
    const number = (id * 31 + ${seed}) % 97;
    const isBad = number % 3 === 0 && readFileSync(tries).length <= 1 + (number % 2);
    const does = kinds[number % kinds.length];
    if (isBad && number % 4 < 2) await misbehave(does, id);
    const answer = await storage.onRequest(request, context);
    if (isBad) await misbehave(does, id);
    return answer;
  },
};
`;

/** Resolves with the process that is blocked, once one is. */
async function blocked({ folder }: Site): Promise<number> {
  let name: string | undefined;
  await until(async () => {
    name = (await readdir(folder)).find((one) => one.startsWith('blocked-'));
    return name !== undefined && (await readFile(join(folder, name), 'utf8')) !== '';
  });
  return Number(await readFile(join(folder, name ?? ''), 'utf8'));
}

async function echo({ peer }: Site): Promise<void> {
  const association = await requestAssociation({
    host: '127.0.0.1',
    ...peer,
    contexts: [{ abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }],
  });
  await association.echo();
  await association.release();
}

/** One that is dead and that nobody has asked about is still listed. */
async function isAlive(pid: number): Promise<boolean> {
  await access('/proc/self');
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\t[ZX]/m.test(status);
}
