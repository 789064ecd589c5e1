import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProduction } from '@consort/core';
import operation from '@consort/dicom/tcp-operation';
import { expect, test } from 'vitest';
import { componentLoader } from '../../packages/cli/src/load-component.ts';
import { root } from '../house/root.ts';

const page = await readFile(root('docs/sending.md'), 'utf8');

test('the production on docs/sending.md has neither a mistake nor a doubt', async () => {
  // Beside this file, where its component finds our packages.
  const folder = await mkdtemp(join(import.meta.dirname, 'page-'));
  try {
    const [, yaml = ''] = /^```yaml\n([^]*?)^```/m.exec(page) ?? [];
    await writeFile(join(folder, 'production.yaml'), yaml);
    await copyFile(join(import.meta.dirname, 'forward.ts'), join(folder, 'forward.ts'));
    const { production, findings } = await loadProduction(join(folder, 'production.yaml'), {
      ...componentLoader,
    });
    expect(findings).toEqual([]);
    expect(production?.hosts).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('docs/sending.md names every setting of the operation', () => {
  const [, table = ''] = /## Settings\n([^]*?)\n## /.exec(page) ?? [];
  for (const name of Object.keys(operation.settings.shape)) expect(table).toContain(`\`${name}\``);
});
