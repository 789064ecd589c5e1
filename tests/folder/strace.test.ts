import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleStudy } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { document, isSyncOf, log, missingSteps, type Step } from '../durability/strace.ts';
import { startStraced } from '../durability/straced-production.ts';
import { describeWith } from '../house/peers.ts';
import { filesBelow, watched } from './watched.ts';

const moved: readonly Step[] = [
  {
    what: 'move into the work folder',
    matches: ({ name, args }) =>
      name.startsWith('rename') && /\/in\/image\.dcm".*\/\.work\/[^/]+\/image\.dcm"/.test(args),
  },
  { what: 'fsync of the work folder', matches: isSyncOf(/\/\.work\/[^/]+>/) },
];

describeWith(['strace', 'redis', 'pydicom'], 'what stands before the end of a file', () => {
  it('is all on disk when the file is removed', async () => {
    await using site = await watched();
    const production = await startStraced(
      site.file,
      site.folder,
      'fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat',
    );
    await copyFile(sampleStudy()[0]!, join(site.in, 'image.dcm'));
    await expect.poll(() => filesBelow(site.in), { timeout: 60_000 }).toEqual([]);
    const calls = await production.stop();

    const steps = [...moved, ...document, log];
    const isRemoval = ({ name, args }: (typeof calls)[number]) =>
      name.startsWith('unlink') && /\/\.work\/[^/]+\/image\.dcm"/.test(args);
    expect(missingSteps(calls, steps, isRemoval)).toEqual([]);
    // The check itself is checked: without any one of the calls it fails.
    for (const { what, matches } of steps) {
      const without = calls.filter((call) => !matches(call));
      expect(missingSteps(without, steps, isRemoval), what).toContain(what);
    }
  });
});
