import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from './root.ts';

const script = root('packages/cli/src/reference/generate.ts');

test('the pages of docs/reference are what the code makes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reference-'));
  try {
    await promisify(execFile)(process.execPath, [script, folder]);
    const names = await readdir(folder);
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const made = await readFile(join(folder, name), 'utf8');
      const committed = await readFile(root(`docs/reference/${name}`), 'utf8');
      expect(committed, `run node ${script}`).toBe(made);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
