/** A file that has been dealt with and could not be moved to where it belongs. */
export interface KeptFile {
  /** Why it could not be taken, where it is to go among the errors. */
  readonly code?: string;
  /** Tries again; a file that is gone is put away. @throws what the file system says */
  putAway(): Promise<void>;
}

/**
 * Files that stay in the work folder although nothing is left to do but to put them away: the archive is full, say,
 * or nobody may write among the errors. They keep no others from being taken. After a crash they are found in the
 * work folder, and recognised.
 */
export interface FilesToPutAway {
  readonly count: number;
  /** The folders of their batches: whoever looks for what is left need not look there. */
  readonly folders: ReadonlySet<string>;
  /** Milliseconds until the next try; Infinity when there are none. */
  readonly wait: number;
  add(folder: string, files: readonly KeptFile[]): void;
  /**
   * Tries them again when it is time. The wait between two tries doubles, from a second to a minute.
   * @returns those that are put away, the folders that have none any more, and the first failure
   */
  tryAgain(): Promise<Tried>;
}

/** What has come of another try. */
export interface Tried {
  readonly files: readonly KeptFile[];
  readonly folders: readonly string[];
  readonly failure?: unknown;
}

const shortest = 1_000;
const longest = 60_000;

/** @param now for tests; milliseconds */
export function filesToPutAway(now: () => number = () => performance.now()): FilesToPutAway {
  const kept = new Map<string, readonly KeptFile[]>();
  let pause = shortest;
  let next = Infinity;

  function later(isAgain: boolean): void {
    pause = isAgain ? Math.min(2 * pause, longest) : shortest;
    next = now() + pause;
  }

  return {
    get count() {
      return [...kept.values()].reduce((sum, files) => sum + files.length, 0);
    },
    get folders() {
      return new Set(kept.keys());
    },
    get wait() {
      return kept.size === 0 ? Infinity : Math.max(0, next - now());
    },
    add(folder, files) {
      if (kept.size === 0) later(false);
      kept.set(folder, files);
    },
    async tryAgain() {
      const tried = { files: [] as KeptFile[], folders: [] as string[] };
      if (kept.size === 0 || now() < next) return tried;
      let failure: unknown;
      for (const [folder, files] of kept) {
        const left: KeptFile[] = [];
        for (const file of files) {
          await file.putAway().then(
            () => tried.files.push(file),
            (error: unknown) => {
              failure ??= error;
              left.push(file);
            },
          );
        }
        if (left.length > 0) kept.set(folder, left);
        else if (kept.delete(folder)) tried.folders.push(folder);
      }
      later(true);
      return failure === undefined ? tried : { ...tried, failure };
    },
  };
}
