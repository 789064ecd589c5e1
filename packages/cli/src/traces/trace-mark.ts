import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** How far the record has been told as traces. */
export type TraceMark = z.output<typeof mark>;

const mark = z.object({
  productionId: z.string(),
  /** Every message up to this one has been told, but those in `open`. */
  after: z.int().min(0),
  /** Had not ended when they were looked at. */
  open: z.array(z.int()),
});

/** Reads the mark of a data directory; undefined where there is none of this production, or none that can be read. */
export async function readMark(
  directory: string,
  productionId: string,
): Promise<TraceMark | undefined> {
  try {
    const read = mark.parse(JSON.parse(await readFile(fileOf(directory), 'utf8')));
    return read.productionId === productionId ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Puts another mark in its place: after a power failure it is this one or the one before. */
export async function writeMark(directory: string, next: TraceMark): Promise<void> {
  const draft = `${fileOf(directory)}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(next));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, fileOf(directory));
}

function fileOf(directory: string): string {
  return join(directory, 'traces.json');
}
