import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

const example = root('productions/pacs-to-file');

async function block(language: string): Promise<string> {
  const page = await readFile(root('docs/testing.md'), 'utf8');
  const [, text] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(page) ?? [];
  return text ?? '';
}

/** Runs the tests of a folder as an author does. */
function nodeTest(folder: string): Promise<{ readonly code: number; readonly output: string }> {
  // Of vitest's own surroundings nothing: Node would take it for a test within a test.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--test', '--test-reporter=tap', 'storage-local.test.ts'],
      { cwd: folder, env: { ...env, REDIS_URL: '' } },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === 'number' ? error.code : 0,
          output: stdout + stderr,
        }),
    );
  });
}

describeWith(['redis'], 'docs/testing.md', () => {
  it('has tests that pass under node:test as they are written', async () => {
    // Below the repository, where the packages are found, and where Git does not look.
    await mkdir(join(example, '.consort'), { recursive: true });
    const folder = await mkdtemp(join(example, '.consort', 'docs-'));
    try {
      for (const name of ['production.yaml', 'storage-local.ts'])
        await cp(join(example, name), join(folder, name));
      await writeFile(join(folder, 'storage-local.test.ts'), await block('ts'));
      const { code, output } = await nodeTest(folder);
      expect(code, output).toBe(0);
      expect(output).toMatch(/^# pass 4$/m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('shows the scenario of the example as it is', async () => {
    const scenario = await readFile(join(example, 'arrives.scenario.yaml'), 'utf8');
    expect(await block('yaml')).toBe(scenario);
  });
});
