import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which side of ours hears it. */
export type Role = 'acceptor' | 'requester';

/** What one side of a real conversation said, from its first byte to its last. */
export interface Seed {
  /** The name of its file: `acceptor-echo`. */
  readonly name: string;
  readonly role: Role;
  readonly bytes: Buffer;
}

export const corpusFolder = join(import.meta.dirname, 'corpus');

/** The recorded conversations, by name. `record.ts` makes them. */
export async function readCorpus(): Promise<readonly Seed[]> {
  const names = (await readdir(corpusFolder)).filter((name) => name.endsWith('.bin')).toSorted();
  return Promise.all(
    names.map(async (file) => {
      const name = file.slice(0, -'.bin'.length);
      return { name, role: roleOf(name), bytes: await readFile(join(corpusFolder, file)) };
    }),
  );
}

/** Whom the bytes of a file of this name are for. */
export function roleOf(name: string): Role {
  return name.startsWith('requester') ? 'requester' : 'acceptor';
}
