import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, type MessageReader } from '@consort/core';
import { openMessageReader } from '@consort/store';
import { locate, type GlobalOptions, type Location } from './location.ts';

/**
 * Reads the record of a production, whether it runs, hangs or is down.
 * @throws EngineError PRODUCTION_NOT_FOUND, NOT_FOUND when it was never started, STORE_UNAVAILABLE, STORE_TOO_NEW
 */
export async function readRecord<Result>(
  options: GlobalOptions,
  read: (reader: MessageReader, location: Location) => Promise<Result>,
): Promise<Result> {
  const location = locate(options);
  if (!existsSync(join(location.dataDirectory, 'messages.db'))) throw noRecord(location);
  const reader = await openMessageReader(location.dataDirectory);
  try {
    return await read(reader, location);
  } finally {
    await reader.close();
  }
}

/** The error for a production that has no record yet. */
export function noRecord({ productionFile, dataDirectory }: Location): EngineError {
  if (existsSync(productionFile)) {
    return new EngineError(
      'NOT_FOUND',
      `${productionFile} has no record in ${dataDirectory}: it has not been started yet; ` +
        `run: production start ${productionFile}`,
    );
  }
  return new EngineError(
    'PRODUCTION_NOT_FOUND',
    `there is no production file ${productionFile} and no record in ${dataDirectory}; ` +
      'go to the folder of production.yaml, or name the file with -p, or the data directory with --data',
  );
}
