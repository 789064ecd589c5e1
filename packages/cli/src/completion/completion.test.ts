import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hostNamesIn } from '@consort/core';
import { openMessageStore } from '@consort/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = new URL('../main.ts', import.meta.url).pathname;
const text = `name: Demo
services:
  In.Folder: { component: dicom.file-service }
operations:
  Out.File: { component: dicom.file-operation }
  A$(touch x): {}
`;

let folder: string;
let script: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  writeFileSync(join(folder, 'production.yaml'), text);
  script = scriptOf('bash');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What a shell is to read. */
function scriptOf(shell: string): string {
  return execFileSync(process.execPath, [main, 'completion', shell], { encoding: 'utf8' });
}

/** What bash offers for the last of some words. */
async function inBash(...words: string[]): Promise<readonly string[]> {
  const whole = `${script}
production() { "${process.execPath}" "${main}" "$@"; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _production
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', whole, 'bash', 'production', ...words],
    {
      cwd: folder,
    },
  );
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', { timeout: 120_000 }, () => {
  it('knows every verb with its options, and what each takes', () => {
    expect(script).toMatch(/^ +trace\) .*_production_values sessions; fi/m);
    expect(script).toMatch(/^ +show\) .*_production_values messages; fi/m);
    expect(script).toMatch(/^ +settings\) .*_production_values hosts; fi/m);
    expect(script).toMatch(/^ +check\) .*_production_files; fi/m);
    expect(script).toMatch(/^ +status\) .* --production /m);
    expect(script).toMatch(/"graph --format"\) _production_offer 'mermaid' 'svg'/);
  });

  it('offers verbs, options, choices, hosts and files in bash', async () => {
    expect(await inBash('tra')).toEqual(['trace']);
    expect(await inBash('graph', '--f')).toEqual(['--format']);
    expect(await inBash('graph', '--format', '')).toEqual(['mermaid', 'svg']);
    // Whatever is in a name, it is offered as text.
    expect(await inBash('disable', '')).toEqual(['In.Folder', 'Out.File', 'A\\$\\(touch\\ x\\)']);
    expect(existsSync(join(folder, 'x'))).toBe(false);
    expect(await inBash('disable', 'Out')).toEqual(['Out.File']);
    expect(await inBash('-p', folder, 'settings', 'I')).toEqual(['In.Folder']);
    expect(await inBash('check', 'prod')).toEqual(['production.yaml']);
    // There is no record yet: nothing is offered, and nothing is said.
    expect(await inBash('trace', '')).toEqual([]);
  });

  it('offers the newest sessions of the record', async () => {
    const data = join(folder, 'data');
    const store = await openMessageStore(data);
    await store.close();
    const given = ['completion', 'values', 'sessions', '-p', folder, '--data', data];
    expect(execFileSync(process.execPath, [main, ...given], { encoding: 'utf8' })).toBe('last\n');
  });

  it('offers no name that a host cannot have', () => {
    expect(hostNamesIn('services: { a/b: {}, c: {} }')).toEqual(['c']);
    expect(hostNamesIn('- a: [')).toEqual([]);
  });
});
