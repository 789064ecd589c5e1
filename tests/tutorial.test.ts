import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProductionProcess, type ProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { blocksOf } from './house/code-blocks.ts';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

describeWith(['redis', 'dcmtk'], 'docs/tutorial.md', () => {
  it('leads from an empty folder to images in files, each command as it is typed', async () => {
    const page = await readFile(root('docs/tutorial.md'), 'utf8');
    const folder = await mkdtemp(join(tmpdir(), 'consort-tutorial-'));
    const site = join(folder, 'gateway');
    const env = { DICOM_PORT: `${await freePort()}`, NODE_OPTIONS: '', REDIS_URL: '' };
    let production: ProductionProcess | undefined;
    const said = new Map<string, string>();
    try {
      // In the place of npm install: the packages as they are here.
      await symlink(root('node_modules'), join(folder, 'node_modules'));
      for (const { info, text } of blocksOf('docs/tutorial.md', page)) {
        const [, name] = /file=(\S+)/.exec(info) ?? [];
        if (name) await writeFile(join(site, name), text);
        else if (info === 'sh run') said.set(text, await run(text, said.size ? site : folder, env));
        else if (info === 'sh start') {
          expect(text).toBe('npx production start\n');
          const file = join(site, 'production.yaml');
          production = await startProductionProcess(file, { data: join(site, '.consort'), env });
        }
      }
      expect(await production?.ended).toBe(0);
    } finally {
      await production?.kill();
      await rm(folder, { recursive: true, force: true });
    }
    const output = (part: string) => [...said].find(([text]) => text.includes(part))?.[1];
    expect(output('check')).toContain('Demo.DICOM is fine: 3 hosts');
    expect(output('STRANGER')).toContain('calling AE title not recognized');
    expect(output('trace')).toMatch(/Sent, answered 0000/);
    expect(output('ls received')?.match(/\.dcm$/gm)).toHaveLength(3);
  });
});

/** Runs a block as a shell does, the first command that fails ends it; gives all that it said. */
function run(text: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const all = { ...process.env, NO_COLOR: '1', CONSORT_DATA: undefined, ...env };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-ec', text], { cwd, env: all }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${text}${stdout}${stderr}`));
      else resolve(stdout + stderr);
    });
  });
}
