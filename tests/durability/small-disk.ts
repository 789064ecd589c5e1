import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeUnless, describeWith, type Peer } from '../house/peers.ts';

/** A small file system of its own, in memory. */
export interface SmallDisk extends AsyncDisposable {
  /** Takes all the space there is; what is there stays. */
  fill(): Promise<void>;
  /** Gives the space back. */
  clear(): Promise<void>;
  /** Takes it away with all that is on it; again changes nothing. */
  unmount(): Promise<void>;
}

/** A `describeWith` for tests on small disks; where none can be mounted they are skipped, or fail under `CI=true`. */
export function describeOnSmallDisks(
  needs: readonly Peer[],
  name: string,
  tests: () => void,
): void {
  const reason = whyNone();
  if (reason) describeUnless(reason, name, tests);
  else describeWith(needs, name, tests);
}

/** Mounts a small disk on a new directory. */
export async function mountSmallDisk(path: string, megabytes: number): Promise<SmallDisk> {
  const filler = join(path, '.filler');
  await mkdir(path);
  await promisify(execFile)('mount', mountWords(path, megabytes));
  let unmounted: Promise<unknown> | undefined;
  // Lazily: whoever still has something open there keeps it until it is closed.
  const unmount = async () => {
    await (unmounted ??= promisify(execFile)('umount', ['-l', path]));
  };

  return {
    async fill() {
      const handle = await open(filler, 'a');
      // Page by page: a larger piece could leave room for a small image.
      const page = Buffer.alloc(4096, 1);
      while (await handle.write(page).then(({ bytesWritten }) => bytesWritten > 0, isFull));
      await handle.close();
    },
    clear: () => rm(filler, { force: true }),
    unmount,
    [Symbol.asyncDispose]: unmount,
  };
}

function isFull(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOSPC') return false;
  throw error;
}

function mountWords(path: string, megabytes: number): readonly string[] {
  return ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'consort-test', path];
}

function whyNone(): string | undefined {
  if (process.platform !== 'linux') return 'small disks are mounted on Linux only';
  if (process.getuid?.() !== 0) return 'only root may mount a small disk';
  const path = mkdtempSync(join(tmpdir(), 'consort-mount-'));
  try {
    execFileSync('mount', mountWords(path, 1), { stdio: 'ignore' });
    execFileSync('umount', [path], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'mounting is not allowed here';
  } finally {
    rmdirSync(path);
  }
}
