import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';

const run = promisify(execFile);
const flusher = fileURLToPath(new URL('./testing-flusher.ts', import.meta.url));

describeWith(['strace'], 'a disk that fails to sync', () => {
  test('breaks the store: it says so, and never again claims that anything is on disk', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'consort-sync-'));
    try {
      // strace lets the third sync of the log fail, and all after it. It counts by thread, so there is but one.
      const log = join(directory, 'messages.db-wal');
      const failing = ['-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=3+', '-P', log];
      const { stdout } = await run(
        'strace',
        ['-f', '-qq', '-o', '/dev/null', ...failing, process.execPath, flusher, directory],
        { env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
      );
      expect(stdout.trim().split(' ')).toEqual([
        'done',
        'done',
        'done',
        'STORE_UNAVAILABLE',
        'STORE_UNAVAILABLE',
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
