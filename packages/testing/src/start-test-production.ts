import {
  startTestProduction as start,
  type TestProduction,
  type TestProductionOptions,
} from '@consort/cli/test-production';
import { keepForCleaning } from './stop-tests.ts';

export type { TestProduction, TestProductionOptions } from '@consort/cli/test-production';

/**
 * Starts a production file for a test; everything in it is real: engine, record, a Redis of its own, sockets, files.
 * Its services listen on free ports, and its DICOM operations send to peers of the test; a port that a variable of
 * `env` gives is used as it is.
 * @throws EngineError PRODUCTION_INVALID and whatever keeps a production from starting
 * @example `await using production = await startTestProduction('production.yaml', { folders: 'temporary' })`
 */
export async function startTestProduction(
  file: string,
  options: TestProductionOptions = {},
): Promise<TestProduction> {
  const production = await start(file, options);
  const stop = keepForCleaning(production.stop);
  return { ...production, stop, [Symbol.asyncDispose]: stop };
}
