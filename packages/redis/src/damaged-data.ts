import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a server that did not start says that its append-only files are why. */
export function refusesData(log: readonly string[]): boolean {
  return log.some((line) => /append[- ]?(?:only|log)|\bAOF\b|\bRDB\b|manifest/i.test(line));
}

/**
 * Moves the append-only files aside, under names with the time, and says which these are.
 * Of older ones moved aside none is kept.
 */
export async function moveDataAside(data: string): Promise<readonly string[]> {
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '');
  const moved: string[] = [];
  for (const name of await readdir(data)) {
    if (/\.damaged-\w+$/.test(name)) await rm(join(data, name), { recursive: true, force: true });
    if (name !== 'appendonlydir' && name !== 'appendonly.aof') continue;
    const aside = join(data, `${name}.damaged-${time}`);
    await rm(aside, { recursive: true, force: true });
    await rename(join(data, name), aside);
    moved.push(aside);
  }
  return moved;
}
