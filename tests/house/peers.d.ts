/** The programs from outside npm that tests talk to. */
export type Peer = 'redis' | 'dcmtk' | 'orthanc' | 'pydicom' | 'strace' | 'ctn' | 'chromium';
/**
 * A `describe` for tests that need programs from outside npm.
 * Where one is missing it is a failure under `CI=true`; elsewhere the tests are skipped and the name says what to install.
 */
export declare function describeWith(needs: readonly Peer[], name: string, tests: () => void): void;
/** A `describe` for tests that cannot run for a reason, if there is one: a failure under `CI=true`, elsewhere skipped. */
export declare function describeUnless(reason: string, name: string, tests: () => void): void;
