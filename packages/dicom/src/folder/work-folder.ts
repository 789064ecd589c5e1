import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { syncDirectory } from '../publish-file.ts';
import type { Folders } from './folders.ts';
import { giveName, isSameFile } from './give-name.ts';

/** Files that were taken from the watched folder together: one folder, below it each under its own name. */
export interface Batch {
  readonly folder: string;
  /** Names below the watched folder, oldest file first. */
  readonly names: readonly string[];
  /** Whether an earlier look, or run, may have taken some of them: a new batch has a name that nothing had before. */
  readonly isLeft: boolean;
}

/**
 * The work folder: where a file stands from the moment that it is this service's until it is put away. A file
 * there is in no other place, so what a crash leaves there is exactly what was under way.
 */
export interface WorkFolder {
  /**
   * What an earlier run, or a look that met with trouble, has left.
   * @param known folders of batches that are not meant
   */
  left(known?: ReadonlySet<string>): Promise<readonly Batch[]>;
  /**
   * Moves files in, each in one step, and brings that to disk: should the power fail later, they are here.
   * @returns the batch, and why some could not be moved; those that are gone meanwhile are neither
   */
  take(names: readonly string[]): Promise<{ readonly batch: Batch; readonly failures: Error[] }>;
  /** Puts files back to where they were; one whose name a new file has by now stays here. */
  putBack(batch: Batch, names: readonly string[]): Promise<void>;
  /** Removes the folder of a batch, unless there is a file in it still. */
  end(batch: Pick<Batch, 'folder'>): Promise<void>;
}

/** @param owner the production's id and the host's name: several services may share the folder */
export function workFolder({ files, work }: Folders, owner: string): WorkFolder {
  const prefix = `${createHash('sha256').update(owner).digest('hex').slice(0, 12)}-`;

  async function namesOf(folder: string): Promise<readonly string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const found = await Promise.all(
      entries
        .filter((entry) => !entry.isDirectory())
        .map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          const name = relative(folder, path);
          // A stop that was putting it back came as far as its second name.
          if (await isSameFile(path, join(files, name))) {
            await unlink(path);
            return [];
          }
          return [{ name, modified: (await lstat(path)).mtimeMs }];
        }),
    );
    return found
      .flat()
      .toSorted((one, other) => one.modified - other.modified || (one.name < other.name ? -1 : 1))
      .map(({ name }) => name);
  }

  return {
    async left(known) {
      const names = (await readdir(work)).filter((name) => name.startsWith(prefix));
      const batches: Batch[] = [];
      for (const name of names.toSorted()) {
        const folder = join(work, name);
        if (known?.has(folder)) continue;
        const batch = { folder, names: await namesOf(folder), isLeft: true };
        if (batch.names.length === 0) await end(batch);
        else batches.push(batch);
      }
      return batches;
    },

    async take(names) {
      const folder = join(work, prefix + randomBytes(8).toString('hex'));
      const folders = new Set([folder]);
      await mkdir(folder, { mode: 0o700 });
      const taken: string[] = [];
      const failures: Error[] = [];
      for (const name of names) {
        const to = join(folder, name);
        try {
          if (!folders.has(dirname(to))) await mkdir(dirname(to), { recursive: true, mode: 0o700 });
          for (let one = dirname(to); one !== folder; one = dirname(one)) folders.add(one);
          await rename(join(files, name), to);
          taken.push(name);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failures.push(error as Error);
        }
      }
      await Promise.all([...folders, work].map(syncDirectory));
      return { batch: { folder, names: taken, isLeft: false }, failures };
    },

    async putBack(batch, names) {
      for (const name of names) await giveName(join(batch.folder, name), join(files, name));
      await end(batch);
    },

    end,
  };
}

async function end({ folder }: Pick<Batch, 'folder'>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const deepestFirst = folders.toSorted((one, other) => other.length - one.length);
  for (const one of [...deepestFirst, folder]) {
    await rmdir(one).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    });
  }
}

/** Names the one time that a file was taken, without its name: the batch is random, the rest tells its files apart. */
export function takingId({ folder }: Batch, name: string): string {
  const batch = folder.slice(folder.lastIndexOf('-') + 1);
  return `f-${createHash('sha256').update(`${batch}/${name}`).digest('hex').slice(0, 24)}`;
}
