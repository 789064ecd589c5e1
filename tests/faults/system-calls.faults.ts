import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chains, isResponse, missingSteps, readStrace } from '../durability/strace.ts';
import { describeWith } from '../house/peers.ts';
import { attachStrace } from './attach-strace.ts';
import { seeds } from './seeds.ts';
import { makeSite, type Site } from './site.ts';

// Not `write`: every wake-up of a thread is one, and which is which depends on the moment; F1 has those of the file.
const writing = ['fsync', 'rename', 'link', 'unlink', 'writev', 'pwrite64'];
/** strace counts the calls of each thread by itself: so all of the pool's are in one. */
const oneThread = { UV_THREADPOOL_SIZE: '1' };
const inject = (calls: string, what: string) => [
  '-e',
  `trace=${calls}`,
  '-e',
  `inject=${calls}:${what}`,
];

describeWith(['redis', 'pydicom', 'strace'], 'system calls', () => {
  it.each(seeds())(
    'F2: killed at any of those that write, a production loses no image (part %i)',
    async (seed) => {
      const counts = await countsOfOneImage();
      const moments = writing.flatMap((name) =>
        Array.from({ length: counts.get(name) ?? 0 }, (_, n) => ({ name, nth: n + 1 })),
      );
      expect(moments.length).toBeGreaterThan(10);
      // Twenty parts are all of them.
      const part = moments.filter((_, index) => index % 20 === seed % 20);
      const site = await makeSite(part.length * 6 + 1);
      for (const { name, nth } of part) await killAt(site, name, nth);

      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it('F4: before each of 100 answers, everything that it depends on is on disk', async () => {
    const site = await makeSite(100);
    await using production = await site.start();
    const log = join(site.folder, 'strace.log');
    const traced =
      'fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,writev,sendto,sendmsg';
    await using strace = await attachStrace(production.pid, log, '-e', `trace=${traced}`);
    const rows = await site.ledger.sendAll(site.peer, site.images(100));
    await strace.detach();
    expect(rows.every(({ outcome }) => outcome === 'taken')).toBe(true);

    const calls = await readStrace(log);
    let from = 0;
    let answers = 0;
    for (const [index, call] of calls.entries()) {
      if (!isResponse(call)) continue;
      answers += 1;
      const own = calls.slice(from, index + 1);
      for (const steps of chains) expect(missingSteps(own, steps, isResponse)).toEqual([]);
      from = index + 1;
    }
    expect(answers).toBe(100);
    expect(await production.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await site.remove();
  });

  // Under `acknowledge: stored` the syncs of an image are in this order: the document, its folder, the log.
  it.each([
    { what: 'of the document', when: '1', after: ['taken', 'taken'] },
    { what: "of the document's folder", when: '2', after: ['refused', 'refused'] },
    { what: 'of the log', when: '3', after: ['refused', 'refused'] },
    { what: 'whatever it is of', when: '1+', after: ['refused', 'refused'] },
  ])(
    'F5: a sync that fails, $what ($when), is A700 and never good again',
    async ({ when, after }) => {
      const site = await makeSite(5, { service: { acknowledge: 'stored' } });
      await using production = await site.start(oneThread);
      const log = join(site.folder, 'strace.log');
      const failing = inject('fsync', `error=EIO:when=${when}`);
      const strace = await attachStrace(production.pid, log, ...failing);
      const [first = '', ...others] = site.images(3);
      const refused = await site.ledger.send(site.peer, first);
      const rows = await site.ledger.sendAll(site.peer, others);
      await strace.detach();

      expect(refused).toMatchObject({ outcome: 'refused', status: 0xa700 });
      expect(rows.map(({ outcome }) => outcome)).toEqual(after);
      expect(production.output()).toContain('EIO');
      // The disk is good again, and what failed stays failed until a start: the document alone is a new one each time.
      const [last] = await site.ledger.sendAll(site.peer, site.images(1));
      expect(last?.outcome).toBe(when.startsWith('1') ? 'taken' : 'refused');
      await production.kill();
      const mayBeRecorded = ({ status }: { status?: number }) => status === 0xa700;
      expect(await site.reconcile({ mayBeRecorded })).toEqual([]);
      await site.remove();
    },
  );

  it('F5: a sync of the folder of files that fails is made good by a new name, not by another sync', async () => {
    const site = await makeSite(2, { service: { acknowledge: 'stored' } });
    await using production = await site.start(oneThread);
    const log = join(site.folder, 'strace.log');
    const words = ['-e', 'trace=fsync,link,linkat', '-e', 'inject=fsync:error=EIO:when=1'];
    await using strace = await attachStrace(production.pid, log, ...words, '-P', site.received);
    const [row] = await site.ledger.sendAll(site.peer, site.images(1));
    await site.idle();
    await strace.detach();

    expect(row?.outcome).toBe('taken');
    const lines = (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => /fsync|link/.test(line));
    expect(lines.some((line) => /fsync.*EIO.*INJECTED/.test(line))).toBe(true);
    expect(production.output()).toMatch(/EIO/);
    expect(await production.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await site.remove();
  });
});

/** How many calls of each kind a thread makes, at most, for one image. */
async function countsOfOneImage(): Promise<ReadonlyMap<string, number>> {
  const site = await makeSite(2);
  await using production = await site.start(oneThread);
  const folder = await mkdtemp(join(tmpdir(), 'consort-strace-'));
  const log = join(folder, 'strace.log');
  await using strace = await attachStrace(production.pid, log, '-e', `trace=${writing.join(',')}`);
  expect(await site.ledger.send(site.peer, site.images(1)[0] ?? '')).toMatchObject({
    outcome: 'taken',
  });
  await site.idle();
  await strace.detach();
  const counts = new Map<string, number>();
  const byThread = new Map<string, number>();
  for (const [, thread, name] of (await readFile(log, 'utf8')).matchAll(/^(\d+)\s+(\w+)\(/gm)) {
    const count = (byThread.get(`${thread} ${name}`) ?? 0) + 1;
    byThread.set(`${thread} ${name}`, count);
    counts.set(name ?? '', Math.max(counts.get(name ?? '') ?? 0, count));
  }
  expect(await production.stop()).toBe(0);
  await rm(folder, { recursive: true });
  await site.remove();
  return counts;
}

async function killAt(site: Site, name: string, nth: number): Promise<void> {
  const production = await site.start(oneThread);
  const killing = inject(name, `signal=SIGKILL:when=${nth}`);
  const log = join(site.folder, 'strace.log');
  await using strace = await attachStrace(production.pid, log, ...killing);
  for (const image of site.images(5)) {
    if ((await site.ledger.send(site.peer, image)).outcome !== 'taken') break;
  }
  expect(await production.ended, `${name} ${nth}`).toBe('SIGKILL');
  await strace.detach();
}
