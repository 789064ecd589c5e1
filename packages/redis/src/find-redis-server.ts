import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EngineError } from '@consort/core';

const names = ['redis-server', 'valkey-server'] as const;

/**
 * The path of the first `redis-server` or, where there is none, `valkey-server` on a search path.
 * @param searchPath directories as in `PATH`, which is the default
 * @throws EngineError REDIS_NOT_INSTALLED saying how to install one
 */
export function findRedisServer(searchPath = process.env['PATH'] ?? ''): string {
  for (const name of names) {
    for (const directory of searchPath.split(delimiter)) {
      const path = join(directory || '.', name);
      if (isProgram(path)) return path;
    }
  }
  throw new EngineError(
    'REDIS_NOT_INSTALLED',
    'neither redis-server nor valkey-server is on PATH; install one (Debian, Ubuntu: "apt-get install redis-server", ' +
      'macOS: "brew install redis"), or set REDIS_URL to a Redis that runs already',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
