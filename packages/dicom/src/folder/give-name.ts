import { link, lstat, open, rename, unlink } from 'node:fs/promises';

/**
 * Moves a file to a name that nobody has, within a file system. Whoever has the name keeps it.
 * @returns false when the name is taken. It is true when the file itself has it already: a crash came between
 * @throws what the file system says
 */
export async function giveName(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      if (!(await isSameFile(from, to))) return false;
    } else if (code !== undefined && withoutLinks.has(code)) {
      return reserveName(from, to);
    } else {
      throw error;
    }
  }
  await unlink(from);
  return true;
}

/** Says whether two names are of one file. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** No hard links there; or, on Linux with fs.protected_hardlinks, not of a file that is somebody else's. */
const withoutLinks = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Takes the name with an empty file, then puts the file in its place. */
async function reserveName(from: string, to: string): Promise<boolean> {
  try {
    await (await open(to, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    await rename(from, to);
  } catch (error) {
    await unlink(to).catch(() => undefined);
    throw error;
  }
  return true;
}
