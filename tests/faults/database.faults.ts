import { execFile } from 'node:child_process';
import { rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawnProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { startTestRedis } from '../../packages/redis/src/test-redis.ts';
import { describeWith } from '../house/peers.ts';
import { makeSite, type Site } from './site.ts';

describeWith(['redis', 'pydicom'], 'damage on disk', () => {
  it('F13: to the database while nothing runs is refused by name, or made good; never an empty record', async () => {
    const site = await makeSite(6, { service: { acknowledge: 'stored' } });
    // Not its own: that would outlive the kill, and then the copy of its data.
    const redis = await startTestRedis();
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => redis.remove());
    const first = await site.start({ REDIS_URL: redis.url });
    await site.ledger.sendAll(site.peer, site.images(3));
    await site.idle();
    // Nothing is copied into the database itself: the log has it all.
    await first.kill();
    const file = join(site.data, 'messages.db');
    const keep = join(site.folder, 'keep');
    await promisify(execFile)('cp', ['-a', site.data, keep]);
    const restore = async () => {
      await rm(site.data, { recursive: true });
      await promisify(execFile)('cp', ['-a', keep, site.data]);
    };

    await truncate(file, (await stat(file)).size / 2);
    await refuses(site, 'messages.db');
    await restore();
    await truncate(file, 0);
    await refuses(site, 'messages.db: it is empty');
    await restore();
    await rm(file);
    await refuses(site, 'messages.db is missing, but its log');
    await restore();
    await rm(`${file}-wal`);
    await refuses(site, 'messages.db-wal');

    await restore();
    await writeFile(`${file}-shm`, Buffer.alloc(32_768, 0x5a));
    const second = await site.start();
    await site.ledger.sendAll(site.peer, site.images(3));
    await site.idle();
    expect(await second.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await site.remove();
  });
});

/** A start says what is wrong with the store, in words that name the file, and changes nothing. */
async function refuses(site: Site, text: string): Promise<void> {
  const start = spawnProduction(['start', site.file, '--data', site.data, '--page', 'off']);
  expect([await start.ended, start.output()]).toEqual([4, expect.stringContaining(text)]);
  expect(start.output()).toContain('error[STORE_UNAVAILABLE]');
}
