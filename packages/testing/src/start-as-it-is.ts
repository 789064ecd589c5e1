import type { TestProduction, TestProductionOptions } from '@consort/cli/test-production';
import { startTestProduction as start } from './start-test-production.ts';

/** Starts a production file for a test of Consort: on the ports that it names, with the peers that it names. */
export function startTestProduction(
  file: string,
  options: Omit<TestProductionOptions, 'network'> = {},
): Promise<TestProduction> {
  return start(file, { ...options, network: 'file' });
}
