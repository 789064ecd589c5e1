import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../house/root.ts';

const files = ['consort@.service', 'consort-backup@.service', 'consort-backup@.timer'];
const command = '/opt/consort/node_modules/.bin/production';
const analyzer = '/usr/bin/systemd-analyze';
// Ten times what systemd calls the exposure of a unit; one without any hardening has 96.
const exposure = 20;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-units-'));
  for (const file of files) {
    const text = await readFile(unit(file), 'utf8');
    await writeFile(join(folder, file.replace('@', '@pacs')), text.replace(command, '/bin/true'));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('every unit runs the command as the user that its sysusers file makes', async () => {
  const [, user] = /^u (\S+) /m.exec(await readFile(unit('consort.sysusers.conf'), 'utf8')) ?? [];
  for (const file of files.filter((name) => name.endsWith('.service'))) {
    const settings = settingsOf(await readFile(unit(file), 'utf8'));
    expect(settings.get('User')).toEqual([user]);
    expect(settings.get('ExecStart')?.[0]).toMatch(new RegExp(`^${command} (start|backup) `));
    expect(settings.get('NoNewPrivileges')).toEqual(['yes']);
  }
});

test('its data, its sockets and its cache are where the unit has folders made', async () => {
  const settings = settingsOf(await readFile(unit('consort@.service'), 'utf8'));
  const environment = settings.get('Environment')?.join(' ') ?? '';
  for (const [key, variable, at] of [
    ['StateDirectory', 'CONSORT_DATA', '/var/lib'],
    ['RuntimeDirectory', 'XDG_RUNTIME_DIR', '/run'],
    ['CacheDirectory', 'XDG_CACHE_HOME', '/var/cache'],
  ] as const) {
    expect(environment.split(' ')).toContain(`${variable}=${at}/${settings.get(key)?.[0]}`);
    expect(settings.get(`${key}Mode`)).toEqual(['0700']);
  }
});

test('the port below 1024 is let in by one capability, which the unit itself has not', async () => {
  const dropIn = settingsOf(await readFile(unit('port-104.conf'), 'utf8'));
  expect(dropIn.get('AmbientCapabilities')).toEqual(['CAP_NET_BIND_SERVICE']);
  expect(dropIn.get('CapabilityBoundingSet')).toEqual(['CAP_NET_BIND_SERVICE']);
  const settings = settingsOf(await readFile(unit('consort@.service'), 'utf8'));
  expect(settings.get('CapabilityBoundingSet')).toEqual(['']);
});

describe.runIf(existsSync(analyzer))('systemd-analyze', () => {
  test.each(files)('finds nothing wrong with %s', async (file) => {
    const path = join(folder, file.replace('@', '@pacs'));
    const { status, stderr } = analyze('verify', '--man=no', path);
    // It looks at the units of the machine as well; what it says of those is not ours.
    const ours = stderr.split('\n').filter((line) => line.includes('consort'));
    expect(ours).toEqual([]);
    expect(status).toBe(0);
  });

  test('a setting that is misspelt would be found', async () => {
    const path = join(folder, 'consort@wrong.service');
    await copyFile(join(folder, 'consort@pacs.service'), path);
    await writeFile(path, (await readFile(path, 'utf8')).replace('UMask=', 'Umasque='));
    expect(analyze('verify', '--man=no', path).stderr).toMatch(/Unknown key .*'Umasque'/);
  });

  test.each(files.slice(0, 2))('%s is exposed to little', (file) => {
    const path = join(folder, file.replace('@', '@pacs'));
    const words = ['--offline=true', `--threshold=${exposure}`, '--no-pager', path];
    const { status, stdout } = analyze('security', ...words);
    expect(stdout).toContain('Overall exposure level');
    expect(status, stdout).toBe(0);
  });
});

function analyze(...words: readonly string[]) {
  return spawnSync(analyzer, words, { encoding: 'utf8' });
}

function unit(file: string): string {
  return root(`deploy/systemd/${file}`);
}

/** The settings of a unit by key; one that is set more than once has all its values. */
function settingsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [, key = '', value = ''] of text.matchAll(/^(\w+)=(.*)$/gm))
    found.set(key, [...(found.get(key) ?? []), value]);
  return found;
}
