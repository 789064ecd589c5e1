import { open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import { spawnProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { proveAllIsFinished } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { makeSite, until, type Site } from './site.ts';

const stored = { service: { acknowledge: 'stored' } };

describeWith(['redis', 'pydicom'], 'damage on disk', () => {
  it('F11, F12: to a document ends its message in Error; it is never handed on, and the others are', async () => {
    const site = await makeSite(4, stored);
    const first = await site.start();
    expect((await verb(site, 'stop-host', 'File')).code).toBe(0);
    const rows = await site.ledger.sendAll(site.peer, site.images(4));
    expect(rows.map(({ outcome }) => outcome)).toEqual(Array(4).fill('taken'));
    await until(async () => (await waiting(site, 'File')) > 0);
    await first.kill();

    const [flipped, cut, deleted] = rows.map(({ digest }) => documentOf(site, digest));
    await flipByte(flipped!);
    await truncate(cut!, (await stat(cut!)).size / 2);
    await rm(deleted!);
    await using second = await site.start();
    await site.idle();

    const files = await readdir(site.received);
    expect(files).toHaveLength(1);
    const reader = await openMessageReader(site.data);
    const legs = (await reader.messages({ limit: 500 })).filter(({ type }) => type === 'Request');
    const images = legs.filter(({ id, sessionId }) => id === sessionId).toReversed();
    expect(images.map(({ status }) => status)).toEqual(['Error', 'Error', 'Error', 'Completed']);
    // The one that the crash had interrupted is tried twice, under two messages.
    const failed = legs.filter(
      ({ targetConfigName, status }) => targetConfigName === 'File' && status === 'Error',
    );
    const codes = failed.map(({ errorStatus }) => errorStatus?.code);
    expect(new Set(codes)).toEqual(new Set(['DOCUMENT_CORRUPT', 'DOCUMENT_MISSING']));
    // Whoever watches is told, each time.
    const events = await reader.events({ type: 'Error', host: 'File', limit: 500 });
    expect(events.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
    await proveAllIsFinished(reader, site.data);
    await reader.close();
    const doctor = await verb(site, 'doctor', '--deep');
    expect(doctor.code).toBe(1);
    expect(doctor.output).toMatch(/2 documents no longer have the bytes that were received/);
    expect(doctor.output).toMatch(/1 document that messages name is not there/);
    expect(await second.stop()).toBe(0);
    await site.remove();
  });
});

async function verb(site: Site, ...words: readonly string[]) {
  const ran = spawnProduction([...words, '-p', site.file, '--data', site.data]);
  const code = await ran.ended;
  return { code, output: ran.output() };
}

async function waiting(site: Site, host: string): Promise<number> {
  const reader = await openMessageReader(site.data);
  const queues = await reader.queues();
  await reader.close();
  return queues.find((queue) => queue.host === host)?.queued ?? 0;
}

function documentOf(site: Site, digest: string): string {
  return join(site.data, 'documents', digest.slice(0, 2), digest);
}

async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 2_000);
  await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, 2_000);
  await file.close();
}
