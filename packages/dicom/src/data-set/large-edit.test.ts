import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('edits an image of 250 MB, reads its frames and writes its JSON without ever holding half of it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-large-edit-'));
  const script = join(import.meta.dirname, 'testing-large-edit.ts');
  const { stdout } = await run(process.execPath, [script, directory]);
  const said = JSON.parse(stdout) as Record<string, unknown>;
  expect(said).toMatchObject({ patientId: 'A LONGER ONE THAN BEFORE', isSame: true });
  expect(said['json']).toBeGreaterThan((250 * 1024 * 1024 * 4) / 3);
  expect(said['megabytesGrown']).toBeLessThan(125);
  await rm(directory, { recursive: true });
}, 120_000);
