import { once } from 'node:events';
import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let worker: Worker;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'consort-modules-')));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  worker = new Worker(new URL('./testing-importer.ts', import.meta.url));
});
afterEach(async () => {
  await worker.terminate();
  await rm(folder, { recursive: true });
});

describe('a module of an author', () => {
  it('stays the same while nothing of it changes', async () => {
    await write({ 'a.ts': importing('b'), 'b.ts': saying('one') });
    expect(await imported()).toMatchObject({ value: 'one', isSame: false });
    expect(await imported()).toMatchObject({ value: 'one', isSame: true });
  });

  it('is loaded anew when what it imports has changed, however deep', async () => {
    await write({ 'a.ts': importing('b'), 'b.ts': importing('c'), 'c.ts': saying('one') });
    expect(await imported()).toMatchObject({ value: 'one' });
    await write({ 'c.ts': saying('two') });
    expect(await imported()).toMatchObject({
      value: 'two',
      files: [path('a.ts'), path('b.ts'), path('c.ts')],
    });
    await write({ 'c.ts': saying('one') });
    expect(await imported()).toMatchObject({ value: 'one' });
  });

  it('may import in a circle', async () => {
    await write({
      'a.ts': `import b from './b.ts'; export function name() {} export default b;`,
      'b.ts': `import { name } from './a.ts'; export default 'one' + typeof name;`,
    });
    expect(await imported()).toMatchObject({ value: 'onefunction' });
    expect(await imported()).toMatchObject({ isSame: true });
    await write({
      'b.ts': `import { name } from './a.ts'; export default 'two' + typeof name;`,
    });
    expect(await imported()).toMatchObject({ value: 'twofunction' });
    expect(await imported()).toMatchObject({ isSame: true });
  });

  it('shares what has not changed with the version before', async () => {
    await write({
      'a.ts': `import { n } from './counted.ts'; export default 'one' + n;`,
      'counted.ts': `export const n = globalThis.loads = (globalThis.loads ?? 0) + 1;`,
    });
    expect(await imported()).toMatchObject({ value: 'one1' });
    await write({ 'a.ts': `import { n } from './counted.ts'; export default 'two' + n;` });
    expect(await imported()).toMatchObject({ value: 'two1' });
  });

  it('is tried anew after it failed: mistaken, throwing, or without what it imports', async () => {
    await write({ 'a.ts': importing('b'), 'b.ts': 'export default {;' });
    expect((await imported()).error).toContain('Unexpected token');
    await write({ 'b.ts': `throw new Error('not yet'); export default 1;` });
    expect((await imported()).error).toBe('not yet');
    await rename(path('b.ts'), path('b.ts~'));
    const missing = await imported();
    expect(missing.error).toContain(`Cannot find module '${path('b.ts')}'`);
    expect(missing.files).toContain(path('b.ts'));
    await write({ 'b.ts': saying('here') });
    expect(await imported()).toMatchObject({ value: 'here' });
  });

  it('that threw by itself is tried anew though its text is the same', async () => {
    await write({
      'a.ts': `globalThis.tries ??= 0; if (!globalThis.tries++) throw new Error('once'); export default 'done';`,
    });
    expect((await imported()).error).toBe('once');
    expect(await imported()).toMatchObject({ value: 'done' });
  });
});

function importing(other: string): string {
  return `export { default } from './${other}.ts';\n`;
}

function saying(what: string): string {
  return `const what: string = '${what}';\nexport default what;\n`;
}

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(path(name), content);
}

function path(name: string): string {
  return join(folder, name);
}

interface Imported {
  readonly value?: unknown;
  readonly isSame?: boolean;
  readonly error?: string;
  readonly files: readonly string[];
}

async function imported(): Promise<Imported> {
  worker.postMessage(path('a.ts'));
  const [message] = (await once(worker, 'message')) as [Imported];
  return message;
}
