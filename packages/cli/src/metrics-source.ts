import type { MetricsSource } from '@consort/dashboard';
import packageFile from '../package.json' with { type: 'json' };
import { diskOf } from './disk-space.ts';
import type { RunningProduction } from './run-production.ts';

/** What `/metrics` tells of a production that runs in this process. */
export function metricsSource({
  messages,
  dataDirectory,
  pulses,
}: Pick<RunningProduction, 'messages' | 'dataDirectory' | 'pulses'>): MetricsSource {
  return {
    version: packageFile.version,
    measurements: () => messages.measurements(),
    pulses: () => [...pulses.values()],
    disk: () => diskOf(dataDirectory),
  };
}
