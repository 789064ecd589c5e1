import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findBackup, openMessageStore, verifyBackup } from '@consort/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRecord } from '../../packages/store/src/backup/record.fixture.ts';
import { fileDigest } from '../../packages/store/src/file-digest.ts';
import { describeWith } from '../house/peers.ts';

const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;
const progress = { begin: () => undefined, advance: () => undefined };

let record: Awaited<ReturnType<typeof openRecord>>;

beforeEach(async () => {
  record = await openRecord();
});
afterEach(() => record.close());

// Between two of the calls that give a file its name nothing is there that was not before: a kill before each of
// them is a kill at any moment.
describeWith(['strace'], 'kill -9', () => {
  it('at any moment of a restore leaves the old record or the restored one, with its documents', async () => {
    const one = await record.receive('one');
    await record.receive('two');
    const { manifest } = await record.backUp();
    await record.receive('three, after the snapshot');
    const seen = new Set<string>();
    let isKilled = true;
    for (let call = 1; isKilled; call += 1) {
      // As a process that was killed leaves it: the newest is in the write-ahead log only.
      const data = join(record.folder, `data-${call}`);
      await cp(record.data, data, { recursive: true });
      await unlink(record.pathOf(one.digest, join(data, 'documents')));
      const words = ['restore', record.backups, '--replace', '--data', data];
      isKilled = await killedAt(call, words);
      // Whichever it is, it can be started.
      await (await openMessageStore(data)).close();
      const state = await stateOf(data);
      seen.add(state.what);
      const lacking = state.what === 'old' && call === 1 ? [one.digest] : [];
      expect([call, state.lacking]).toEqual([call, lacking]);
      expect(state.messages).toBe(state.what === 'old' ? 3 : manifest.messages);
    }
    expect(seen).toEqual(new Set(['old', 'restored']));
  });

  it('at any moment of a backup leaves the one before it whole, or this one, and the next is made', async () => {
    await record.receive('one');
    const before = await record.backUp();
    await record.receive('two');
    const names = new Set<string>();
    let isKilled = true;
    for (let call = 1; isKilled; call += 1) {
      isKilled = await killedAt(call, ['backup', record.backups, '--data', record.data]);
      const found = await findBackup(record.backups);
      const { damaged, manifest } = await verifyBackup(record.backups, found, progress);
      expect(damaged).toEqual([]);
      expect(manifest.messages).toBe(found.name === before.name ? 1 : 2);
      names.add(found.name);
    }
    expect(names.has(before.name)).toBe(true);
    expect(names.size).toBeGreaterThan(1);
  });
});

/** Runs a verb and kills it before its nth `rename` or `link`; false when it made fewer and came to its end. */
async function killedAt(call: number, words: readonly string[]): Promise<boolean> {
  const calls = 'rename,link';
  const child = spawn(
    'strace',
    // prettier-ignore
    ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${call}`,
      process.execPath, main, ...words],
    // strace counts by thread: there is to be one for files, and none that Node keeps for itself.
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_DISABLE_COMPILE_CACHE: '1' },
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return true;
  expect([code, said]).toEqual([0, '']);
  return false;
}

/** Which record a data directory has, and which of the documents that it names are not there as they should be. */
async function stateOf(data: string) {
  const database = new Database(join(data, 'messages.db'));
  const read = (sql: string) => database.prepare<[], string>(sql).pluck().all();
  try {
    expect(read('PRAGMA integrity_check')).toEqual(['ok']);
    const isRestored = read(`SELECT text FROM events WHERE code = 'RESTORED'`).length > 0;
    const lacking: string[] = [];
    for (const digest of read(`SELECT DISTINCT document_digest FROM messages`)) {
      const path = record.pathOf(digest, join(data, 'documents'));
      const found = await fileDigest(path).catch(() => undefined);
      if (found?.digest !== digest) lacking.push(digest);
    }
    const [messages] = read('SELECT count(*) FROM messages');
    return { what: isRestored ? 'restored' : 'old', lacking, messages };
  } finally {
    database.close();
  }
}
