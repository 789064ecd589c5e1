import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

const main = root('packages/cli/src/main.ts');
const text = `name: Demo
services:
  In.Folder: { component: dicom.file-service }
operations:
  Out.File: { component: dicom.file-operation }
`;

/** What a shell is to read. */
function scriptOf(shell: string): string {
  return execFileSync(process.execPath, [main, 'completion', shell], { encoding: 'utf8' });
}

describeWith(['zsh', 'fish'], 'the completion scripts', () => {
  it('can be read by zsh', () => {
    execFileSync('zsh', ['-n'], { input: scriptOf('zsh') });
  });

  it('offer verbs and hosts in fish', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-shells-'));
    await writeFile(join(folder, 'production.yaml'), text);
    const script = scriptOf('fish');
    const offered = (line: string) => {
      const whole = `${script}
function production; "${process.execPath}" "${main}" $argv; end
complete -C '${line}'`;
      return execFileSync('fish', ['--no-config', '-c', whole], { cwd: folder, encoding: 'utf8' });
    };
    expect(offered('production tra')).toMatch(/^trace\t/);
    expect(offered('production disable ')).toContain('In.Folder\nOut.File');
    await rm(folder, { recursive: true });
  });
});
