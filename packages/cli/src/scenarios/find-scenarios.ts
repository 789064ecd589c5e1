import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '@consort/core';

/**
 * The scenarios that paths stand for: each file named, and all `*.scenario.yaml` of each folder named; sorted.
 * @throws EngineError NOT_FOUND when there are none
 */
export async function findScenarios(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) found.push(path);
    else
      for await (const name of glob('**/*.scenario.{yaml,yml}', {
        cwd: path,
        exclude: (other) => /(^|\/)(node_modules|\.consort)$/.test(other),
      }))
        found.push(join(path, name));
  }
  if (found.length > 0) return [...new Set(found)].toSorted();
  throw new EngineError(
    'NOT_FOUND',
    `there is no *.scenario.yaml in ${paths.join(', ')}; name a file or a folder, or make one: production record SESSION`,
  );
}
