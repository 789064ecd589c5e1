import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../house/root.ts';

/** Builds the app as `npm test` does; turbo does nothing where nothing has changed. */
export async function buildApp(): Promise<void> {
  const words = ['run', 'build', '--filter=@consort/dashboard', '--output-logs=errors-only'];
  await promisify(execFile)(process.execPath, [root('node_modules/.bin/turbo'), ...words], {
    cwd: root(),
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
}
