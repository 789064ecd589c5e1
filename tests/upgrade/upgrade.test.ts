import Database from 'better-sqlite3';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  receivedFiles,
  spawnProduction,
  startProductionProcess,
} from '@consort/testing/consort';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOlderStore } from '../../packages/store/src/messages/testing-older-store.ts';
import { idle, proveAllIsFinished, proveOneFileEach } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { writeHosts } from './write-hosts.ts';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-upgrade-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

// Each folder `store-COMMIT` is what that version has left when it was killed; make-store.ts makes them.
const stores = (await readdir(import.meta.dirname)).filter((name) => name.startsWith('store-'));

describeWith(['redis'], 'a store of an earlier version', () => {
  it.each(stores)('%s: all 1000 unfinished messages come to their end', async (name) => {
    const documents = await unpack(name);
    const before = statuses();
    const unfinished = ['Queued', 'Delivered', 'Deferred', 'Suspended'].map(
      (status) => before.get(status) ?? 0,
    );
    expect(Math.min(...unfinished)).toBeGreaterThan(0);
    expect(unfinished.reduce((sum, count) => sum + count)).toBe(1000);
    expect(before.get('Error') ?? 0).toBe(0);
    const file = await writeHosts(folder, { door: await freePort(), side: await freePort() });

    await using production = await startProductionProcess(file, { data });
    const reader = await openMessageReader(data);
    await idle(reader);
    // What was set aside waits for a person.
    expect(await reader.messages({ status: 'Suspended', limit: 500 })).toHaveLength(
      before.get('Suspended') ?? 0,
    );
    const where = ['-p', file, '--data', data];
    const verb = spawnProduction(['resubmit', '--status', 'Suspended', '--yes', ...where]);
    expect([await verb.ended, verb.output()]).toEqual([0, expect.any(String)]);
    await idle(reader);

    await proveAllIsFinished(reader, data);
    await proveOneFileEach(reader, 'File', join(folder, 'received'));
    expect(await readdir(join(folder, 'doubtful'))).toHaveLength(before.get('Suspended') ?? 0);
    for (const directory of ['received', 'doubtful']) {
      const files = await receivedFiles(join(folder, directory));
      expect([...new Set(files.map(({ digest }) => digest))].toSorted()).toEqual(documents);
    }
    await reader.close();
    expect(await production.stop()).toBe(0);
    expect(statuses().get('Error') ?? 0).toBe(0);
    expect(unanswered()).toEqual([]);
  });

  it('without alerts is copied as the production starts, which says so, and goes on with what waited', async () => {
    await mkdir(data);
    await makeOlderStore(
      data,
      'Keep',
      Array.from({ length: 5 }, (_, n) => ({ type: 'test', n })),
    );
    await writeFile(join(folder, 'keep.ts'), keep);
    const file = join(folder, 'production.yaml');
    await writeFile(file, 'name: Older\noperations:\n  Keep: { component: ./keep.ts }\n');
    await using production = await startProductionProcess(file, { data });
    expect(production.output()).toMatch(
      /Info .*written by an older version and is up to date now \(0005-alerts.*messages\.db\.before-0005-alerts-/,
    );
    const reader = await openMessageReader(data);
    await idle(reader);
    expect(await reader.messages({ status: 'Completed' })).toHaveLength(5);
    expect(await reader.events({ code: 'UPGRADED', limit: 2 })).toHaveLength(1);
    await reader.close();
  });
});

/** Lays a store out as it was; the digests of its documents, sorted. */
async function unpack(name: string): Promise<readonly string[]> {
  const store = join(import.meta.dirname, name);
  await mkdir(data);
  const bytes = brotliDecompressSync(await readFile(join(store, 'messages.db.br')));
  await writeFile(join(data, 'messages.db'), bytes, { mode: 0o600 });
  const digests = await readdir(join(store, 'documents'));
  for (const digest of digests) {
    const path = join(data, 'documents', digest.slice(0, 2), digest);
    await cp(join(store, 'documents', digest), path);
  }
  return digests.toSorted();
}

/** How many messages have each status, read as any version's record can be. */
function statuses(): ReadonlyMap<string, number> {
  const rows = select(`SELECT status, count(*) AS n FROM messages GROUP BY status`);
  return new Map(rows.map(({ status, n }) => [String(status), Number(n)]));
}

/** Requests whose sender wanted a response and that have none. */
function unanswered(): readonly unknown[] {
  return select(
    `SELECT id, target_config_name FROM messages r
      WHERE type = 'Request' AND target_config_name IN ('Storage', 'Gather') AND NOT EXISTS
        (SELECT 1 FROM messages a WHERE a.type = 'Response' AND a.corresponding_message_id = r.id)`,
  );
}

function select(sql: string): readonly Readonly<Record<string, unknown>>[] {
  const database = new Database(join(data, 'messages.db'), { readonly: true });
  try {
    return database.prepare<[], Readonly<Record<string, unknown>>>(sql).all();
  } finally {
    database.close();
  }
}

const keep = `import { defineOperation } from '${import.meta.resolve('@consort/core')}';
import { z } from '${import.meta.resolve('zod')}';
export default defineOperation({
  description: 'Keeps what it gets.',
  settings: z.object({}),
  onMessage() {},
});
`;
