import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bootstrap = fileURLToPath(new URL('../../scripts/bootstrap.mjs', import.meta.url));

/** Looks once which programs the tests will miss, where vitest was started without the bootstrap. */
export default function setup(): void {
  process.env['CONSORT_MISSING_PEERS'] ??= execFileSync(process.execPath, [bootstrap, 'peers'], {
    encoding: 'utf8',
  });
}
