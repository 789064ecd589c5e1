import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProduction } from '@consort/core';
import commitment from '@consort/dicom/storage-commitment';
import { expect, test } from 'vitest';
import { componentLoader } from '../../packages/cli/src/load-component.ts';
import { root } from '../house/root.ts';

const page = await readFile(root('docs/storage-commitment.md'), 'utf8');

test('the production on docs/storage-commitment.md has neither a mistake nor a doubt', async () => {
  const folder = await mkdtemp(join(import.meta.dirname, 'page-'));
  try {
    const [, yaml = ''] = /^```yaml\n([^]*?)^```/m.exec(page) ?? [];
    await writeFile(join(folder, 'production.yaml'), yaml);
    const { production, findings } = await loadProduction(join(folder, 'production.yaml'), {
      ...componentLoader,
    });
    expect(findings).toEqual([]);
    expect(production?.hosts).toHaveLength(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('docs/storage-commitment.md names every setting of the process, and each failure reason', () => {
  for (const name of Object.keys(commitment.settings.shape))
    expect(page).toContain(`| \`${name}\` |`);
  for (const reason of ['0110', '0112', '0119', '0131']) expect(page).toContain(`| ${reason}, `);
});
