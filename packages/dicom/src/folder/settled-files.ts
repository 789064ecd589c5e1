import type { FoundFile } from './scan-folder.ts';

/** Says which files have kept still. */
export interface SettledFiles {
  /** Of all that a look has found, those that can be taken. */
  of(files: readonly FoundFile[]): readonly FoundFile[];
  /** Whether the last look has found some that cannot be taken yet. */
  readonly hasOpen: boolean;
}

/**
 * Remembers what each look has seen: a file is settled once it has been seen the same for so long. Measured by our
 * own clock, as the times of files come from whoever wrote them.
 * @param after milliseconds; 0 takes each file when it is first seen
 * @param now for tests; milliseconds
 */
export function settledFiles(
  after: number,
  now: () => number = () => performance.now(),
): SettledFiles {
  let seen = new Map<string, { readonly file: FoundFile; readonly since: number }>();
  let hasOpen = false;
  return {
    of(files) {
      const time = now();
      const next: typeof seen = new Map();
      for (const file of files) {
        const before = seen.get(file.name);
        next.set(file.name, before && isSame(before.file, file) ? before : { file, since: time });
      }
      seen = next;
      const settled = files.filter(({ name }) => time - (seen.get(name)?.since ?? time) >= after);
      hasOpen = settled.length < files.length;
      return settled;
    },
    get hasOpen() {
      return hasOpen;
    },
  };
}

function isSame(one: FoundFile, other: FoundFile): boolean {
  return one.size === other.size && one.modified === other.modified && one.inode === other.inode;
}
