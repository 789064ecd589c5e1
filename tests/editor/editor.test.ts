import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../house/root.ts';
import { startLanguageServer, type LanguageServer } from './language-server.ts';

const main = root('packages/cli/src/main.ts');
let folder: string;
let server: LanguageServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'editor-'));
  server = await startLanguageServer();
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Opens a text in the editor, as a production file beside which `production schema` has written its schema. */
async function open(name: string, text: string, production = root('productions/pacs-to-file')) {
  const schema = join(folder, `${name}.json`);
  const given = [main, 'schema', '-p', production, '-o', schema];
  await promisify(execFile)(process.execPath, given);
  const modeline = `# yaml-language-server: $schema=${schema}\n`;
  return server.open(`file://${folder}/${name}.yaml`, modeline + text);
}

const half = `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings:
      port: 11112
      localAet: IRIS
      acknowledge: 
      remo
processes:
  Store:
    component: ./storage-local.ts
    settings:
      fileOperation: File
operations:
  File:
    component: dicom.file-operation
    settings:
      directory: ./received
      fileNmae: x.dcm
`;

describe('an editor with the YAML language server', { timeout: 120_000 }, () => {
  test('completes keys and values of the component, shows what they are, and marks an unknown key', async () => {
    const text = await open('half', half);
    const keys = await text.completions(9, 10);
    expect(keys).toContain('remoteAet');
    expect(keys).toContain('responseTimeout');
    expect(keys).not.toContain('directory');
    const words = await text.completions(8, 19);
    expect(words).toEqual(expect.arrayContaining(['completed', 'stored']));
    expect(await text.completions(4, 15)).toEqual(
      expect.arrayContaining(['dicom.tcp-service', 'dicom.file-service']),
    );
    expect(await text.hover(6, 8)).toContain('TCP port to listen on');
    expect(await text.hover(14, 9)).not.toContain('TCP port');
    expect(text.diagnostics).toContainEqual(expect.stringMatching(/^21:7 .*fileNmae/));
  });

  test('marks nothing in the example productions', async () => {
    for (const name of await readdir(root('productions'))) {
      if (name === 'tsconfig.json') continue;
      const production = root(`productions/${name}`);
      const file = await readFile(join(production, 'production.yaml'), 'utf8');
      expect((await open(name, file, production)).diagnostics, name).toEqual([]);
    }
  });
});
