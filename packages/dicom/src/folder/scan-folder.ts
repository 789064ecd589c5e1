import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { fits } from './file-spec.ts';

/** Something in a watched folder that is no folder itself. */
export interface FoundFile {
  /** Relative to the watched folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly inode: number;
}

/** What a look at a folder has found. */
export interface Found {
  /** Oldest first. */
  readonly files: readonly FoundFile[];
  /** Whether there may be more than were looked at. */
  readonly hasMore: boolean;
  /** Files whose names are no UTF-8: they cannot be named, and stay where they are. */
  readonly unnamed: number;
}

/**
 * Looks for the files of a folder that fit, and of its folders as many levels deep as asked for. Nothing is opened
 * and no symbolic link followed; at most 10 000 files are looked at.
 * @param skipped folders that are not looked into, as they are named from `folder` on
 * @throws what the file system says when the folder itself cannot be read
 */
export async function scanFolder(
  folder: string,
  patterns: readonly string[],
  levels: number,
  skipped: ReadonlySet<string>,
): Promise<Found> {
  const names = await namesIn(folder, '', patterns, levels, skipped);
  const files: FoundFile[] = [];
  let unnamed = 0;
  for (let from = 0; from < names.length; from += together) {
    const part = names.slice(from, from + together);
    for (const [index, found] of (await Promise.all(part.map(look))).entries()) {
      if (found) files.push(found);
      else if (part[index]?.includes('\uFFFD')) unnamed++;
    }
  }
  return {
    files: files.toSorted(
      (one, other) => one.modified - other.modified || (one.name < other.name ? -1 : 1),
    ),
    hasMore: names.length >= most,
    unnamed,
  };

  /** Undefined for what is gone meanwhile, and for a folder. */
  async function look(name: string): Promise<FoundFile | undefined> {
    const stats = await lstat(join(folder, name)).catch(() => undefined);
    if (!stats || stats.isDirectory()) return undefined;
    return { name, size: stats.size, modified: stats.mtimeMs, inode: stats.ino };
  }
}

const most = 10_000;
const together = 64;

async function namesIn(
  root: string,
  folder: string,
  patterns: readonly string[],
  levels: number,
  skipped: ReadonlySet<string>,
): Promise<string[]> {
  const names: string[] = [];
  const folders: string[] = [];
  for await (const entry of await opendir(join(root, folder))) {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (levels > 0 && !entry.name.startsWith('.') && !skipped.has(name)) folders.push(name);
    } else if (fits(entry.name, patterns)) {
      names.push(name);
    }
    if (names.length >= most) return names;
  }
  for (const name of folders) {
    // One that may not be read, or is gone, keeps no other from being looked at.
    const more = await namesIn(root, name, patterns, levels - 1, skipped).catch(() => []);
    names.push(...more.slice(0, most - names.length));
    if (names.length >= most) break;
  }
  return names;
}
