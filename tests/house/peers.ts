import { describe, test } from 'vitest';

/** The programs from outside npm that tests talk to. */
export type Peer =
  | 'redis'
  | 'dcmtk'
  | 'orthanc'
  | 'pydicom'
  | 'strace'
  | 'ctn'
  | 'chromium'
  | 'prometheus'
  | 'zsh'
  | 'fish';

/**
 * A `describe` for tests that need programs from outside npm.
 * Where one is missing it is a failure under `CI=true`; elsewhere the tests are skipped and the name says what to install.
 */
export function describeWith(needs: readonly Peer[], name: string, tests: () => void): void {
  const missing = missingPeers();
  const lacking = needs.filter((peer) => peer in missing);
  const reason = lacking.map((peer) => `${peer} is missing (${missing[peer]})`).join(', ');
  describeUnless(reason, name, tests);
}

/** A `describe` for tests that cannot run for a reason, if there is one: a failure under `CI=true`, elsewhere skipped. */
export function describeUnless(reason: string, name: string, tests: () => void): void {
  if (reason === '') describe(name, tests);
  else if (process.env['CI'] !== 'true') describe.skip(`${name}: ${reason}`, tests);
  else
    describe(name, () => {
      test('finds everything it needs', () => {
        throw new Error(reason);
      });
    });
}

/** The missing programs, and what to do about each. */
function missingPeers(): Readonly<Record<string, string>> {
  return JSON.parse(process.env['CONSORT_MISSING_PEERS'] ?? '{}') as Record<string, string>;
}
