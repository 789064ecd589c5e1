import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { loadProduction } from '@consort/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { componentLoader, loadComponent } from './load-component.ts';

const modules = new URL('../../../node_modules', import.meta.url).pathname;

const loader = new URL('./load-component.ts', import.meta.url).href;
const run = promisify(execFile);

let folder: string;

const component = (kind: string, handler: string, description: string) =>
  `import { z } from 'zod';
export default { kind: '${kind}', description: '${description}', settings: z.object({}), ${handler}: () => ({ type: 'done' }) };
`;

const esm = { version: '1.0.0', type: 'module' };
/** Packages by name: package.json and files. */
const packages: Readonly<Record<string, readonly [object, Readonly<Record<string, string>>]>> = {
  '@acme/steps': [
    { ...esm, exports: { '.': { import: './process.js' }, './write': './write.js' } },
    {
      'process.js': component('process', 'onRequest', 'of a package'),
      'write.js': component('operation', 'onMessage', 'of an export'),
    },
  ],
  'old-style': [
    { version: '1.0.0', main: 'main.cjs' },
    {
      'main.cjs': `const { z } = require('zod');
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = { kind: 'process', description: 'CommonJS', settings: z.object({}), onRequest() {} };
`,
    },
  ],
  'without-default': [{ ...esm, exports: './a.js' }, { 'a.js': 'export const a = 1;\n' }],
  'other-default': [{ ...esm, exports: './a.js' }, { 'a.js': 'export default { kind: "car" };\n' }],
  'needs-another': [{ ...esm, exports: './a.js' }, { 'a.js': 'import "not-there-either";\n' }],
  'half-there': [{ ...esm, exports: './lost.js' }, {}],
  'only-types': [{ ...esm, exports: './a.ts' }, { 'a.ts': 'export default 1 as number;\n' }],
};

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-packages-'));
  for (const [name, [json, files]] of Object.entries(packages)) {
    const place = join(folder, 'node_modules', name);
    await put(join(place, 'package.json'), JSON.stringify({ name, ...json }));
    for (const [file, text] of Object.entries(files)) await put(join(place, file), text);
  }
  await symlink(join(modules, 'zod'), join(folder, 'node_modules/zod'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a component of a package', () => {
  it('is found from the folder of the production file, by the name of the package and of its export', async () => {
    expect(await loadComponent('npm:@acme/steps', folder)).toMatchObject({
      kind: 'process',
      description: 'of a package',
    });
    expect(await loadComponent('npm:@acme/steps/write', folder)).toMatchObject({
      kind: 'operation',
      description: 'of an export',
    });
    expect(await loadComponent('npm:old-style', folder)).toMatchObject({ description: 'CommonJS' });
  });

  it.each([
    [
      'npm:not-there',
      'the package not-there is not installed for FOLDER; there: npm install not-there',
    ],
    [
      'npm:@acme/none/x',
      'the package @acme/none is not installed for FOLDER; there: npm install @acme/none',
    ],
    [
      'npm:@acme/steps/read',
      'the package @acme/steps has no export "read"; see exports in its package.json',
    ],
    [
      'npm:without-default',
      'npm:without-default has no default export; write: export default defineProcess({ … })',
    ],
    [
      'npm:other-default',
      'npm:other-default has no component as its default export; write: export default defineProcess({ … })',
    ],
    [
      'npm:half-there',
      /^the package half-there is not whole; install it anew \(Cannot find module '.*lost.js'\)$/,
    ],
    [
      'npm:/etc/passwd',
      '"/etc/passwd" is not the name of a package; write npm:package or npm:@scope/package',
    ],
    ['npm:../x', '"../x" is not the name of a package; write npm:package or npm:@scope/package'],
  ])('%s is refused with what is wrong and what to do', async (name, text) => {
    await expect(loadComponent(name, folder)).rejects.toMatchObject({
      code: 'COMPONENT_NOT_LOADED',
      message:
        typeof text === 'string'
          ? text.replace('FOLDER', folder)
          : (expect.stringMatching(text) as string),
    });
  });

  it('that is TypeScript is refused by Node, and the text says what to do', async () => {
    const asked = `import { loadComponent } from ${JSON.stringify(loader)};
await loadComponent('npm:only-types', ${JSON.stringify(folder)}).catch(({ code, message }) => console.log(code, message));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', asked]);
    expect(stdout).toBe(
      'COMPONENT_NOT_LOADED only-types is TypeScript, which Node does not run in node_modules; publish it as JavaScript\n',
    );
  });

  it('says which package is missing when that is one of its own', async () => {
    await expect(loadComponent('npm:needs-another', folder)).rejects.toThrow(
      /Cannot find package 'not-there-either' imported from .*needs-another/,
    );
  });

  it('of another kind than its section is refused by check, where its name stands', async () => {
    const file = join(folder, 'wrong-kind.yaml');
    await writeFile(
      file,
      'name: Wrong\nprocesses:\n  Write:\n    component: npm:@acme/steps/write\n  Gone: { component: npm:not-there }\n',
    );
    const { findings } = await loadProduction(file, { ...componentLoader, env: {} });
    expect(findings.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '4:16 Write is an operation; move it under operations:',
      expect.stringMatching(
        /^5:22 cannot load npm:not-there: the package not-there is not installed/,
      ),
    ]);
  });
});
