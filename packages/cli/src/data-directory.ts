import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EngineError } from '@consort/core';

export { isLocked } from '@consort/store/running';

/** Where a production keeps its record: `--data`, else `CONSORT_DATA`, else `.consort` beside its file. */
export function dataDirectory(productionFile: string, given?: string): string {
  return resolve(
    given ?? process.env['CONSORT_DATA'] ?? `${dirname(resolve(productionFile))}/.consort`,
  );
}

/**
 * Makes a data directory that only its owner can look into.
 * @throws EngineError STORE_UNAVAILABLE
 */
export function makeDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'STORE_UNAVAILABLE',
      `cannot make the data directory ${directory}: ${reason}; name another with --data or CONSORT_DATA`,
      { cause: error },
    );
  }
}
