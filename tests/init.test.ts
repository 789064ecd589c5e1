import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatFindings, loadProduction } from '@consort/core';
import { freePort, startProductionProcess } from '@consort/testing/consort';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { componentLoader } from '../packages/cli/src/load-component.ts';
import { planOf } from '../packages/cli/src/init/plan-of.ts';
import { writeProduction } from '../packages/cli/src/init/write-production.ts';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

const run = promisify(execFile);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-init-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describeWith(['redis', 'dcmtk'], 'production init', () => {
  it('writes a production that passes its checks and its test, runs, and takes an image of storescu', async () => {
    const port = await freePort();
    const site = join(folder, 'gateway');
    const create = root('packages/create/bin/create.mjs');
    const { stdout } = await run(process.execPath, [create, site, '--port', `${port}`, '--yes']);
    expect(stdout).toContain('gateway is written:\n  production.yaml\n  stamp.ts\n');
    // In the place of npm install: the packages as they are here.
    await symlink(root('node_modules'), join(site, 'node_modules'));
    const environment = {
      ...process.env,
      PATH: `${join(site, 'node_modules/.bin')}:${process.env['PATH']}`,
      NODE_OPTIONS: '',
    };
    const npm = async (script: string) => {
      const ran = await run('npm', ['run', script], { cwd: site, env: environment });
      return ran.stdout;
    };
    expect(await npm('check')).toContain('gateway is fine: 3 hosts');
    expect(await npm('test')).toMatch(/pass 2\n.*fail 0\n/);

    const data = join(folder, 'data');
    await using production = await startProductionProcess(join(site, 'production.yaml'), { data });
    expect(production.output()).not.toContain('warning');
    const images = (await readdir(join(site, 'samples'))).map((name) =>
      join(site, 'samples', name),
    );
    const to = ['-aet', 'PACS', '-aec', 'CONSORT', '127.0.0.1', `${port}`];
    await run('storescu', [...to, ...images]);
    const received = join(site, 'received');
    const files = (await readdir(received, { recursive: true })).filter((name) =>
      name.endsWith('.dcm'),
    );
    expect(files.map((name) => name.split('/')[0]).toSorted()).toEqual(['CT', 'CT', 'MR']);
    const { stdout: dump } = await run('dcmdump', [
      '+P',
      'InstitutionName',
      join(received, files[0]!),
    ]);
    expect(dump).toContain('[General Hospital]');
  });

  it('writes one for every way in and out, which is checked without a doubt', async () => {
    for (const receive of ['dicom', 'folder']) {
      for (const send of ['dicom', 'folder']) {
        const site = join(folder, `${receive}-${send}`);
        await writeProduction(await planOf(site, { receive, send }, undefined));
        await symlink(root('node_modules'), join(site, 'node_modules'));
        const file = join(site, 'production.yaml');
        const { production, findings, source } = await loadProduction(file, { ...componentLoader });
        expect(formatFindings(findings, source)).toBe('');
        expect(production?.hosts).toHaveLength(3);
        const compose = parse(await readFile(join(site, 'compose.yaml'), 'utf8')) as {
          readonly services: { readonly production: { readonly ports: readonly string[] } };
        };
        expect(compose.services.production.ports.includes('2010:2010')).toBe(receive === 'dicom');
        for (const name of await readdir(site)) {
          if (name === 'node_modules' || !name.includes('.')) continue;
          const content = await readFile(join(site, name), 'utf8').catch(() => '');
          expect(content, name).not.toMatch(/__[A-Z]|(#|<!--) (when|end)\b/);
        }
      }
    }
  });

  it('asks at a terminal, and writes nothing when its person goes away', async () => {
    const answered = await atTerminal(
      'named\r',
      'folder\r',
      './incoming\r',
      'dicom\r',
      'PACS2@127.0.0.1:104\r',
    );
    expect(answered).toContain('They go into a folder (folder) or to a DICOM peer (dicom)');
    expect(answered).toContain('cp samples/*.dcm ./incoming');
    const file = await readFile(join(folder, 'named/production.yaml'), 'utf8');
    expect(file).toContain('filePath: ${FILES:-./incoming}');
    expect(file).toContain('remoteAet: PACS2');
    expect(await atTerminal('other\r', '\u0004')).toContain('nothing was written');
    expect(await readdir(folder)).toEqual(['named']);
    await expect(run(process.execPath, [main, 'init', 'x'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('say --yes'),
    });
  });
});

const main = root('packages/cli/src/main.ts');

/** Runs `production init` at a terminal of its own: each question gets the next answer. */
async function atTerminal(...answers: readonly string[]): Promise<string> {
  const command = `${process.execPath} ${main} init`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder });
  let shown = '';
  let asked = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const questions = shown.match(/\)\S*: /g)?.length ?? 0;
    for (; asked < questions; asked++) child.stdin.write(answers[asked]);
  });
  await once(child, 'close');
  return shown;
}
