import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineError, type Component } from '@consort/core';
import { builtins } from './builtins.ts';
import { importPackage } from './import-package.ts';

/** How production files find their components, and the names to suggest for one that is misspelt. */
export const componentLoader = { load: loadComponent, builtIn: Object.keys(builtins) };

/**
 * Finds the component a production file names: a built-in by its dotted name, a file by `./` or `../`
 * from the production's folder, a package by `npm:`, resolved from there too. There is no search order.
 * A file whose text has changed since it was loaded is loaded anew; what it imports itself is not.
 * @throws EngineError COMPONENT_NOT_LOADED
 */
export async function loadComponent(name: string, folder: string): Promise<Component> {
  const { default: found } = await importOf(name, folder);
  // What is written in TypeScript and published as CommonJS has its default export one step further in.
  const inner = (found as { default?: unknown } | null | undefined)?.default;
  const component = isComponent(inner) ? inner : found;
  if (isComponent(component)) return component;
  const what = component === undefined ? 'no default export' : 'no component as its default export';
  throw new EngineError(
    'COMPONENT_NOT_LOADED',
    `${name} has ${what}; write: export default defineProcess({ … })`,
  );
}

async function importOf(name: string, folder: string): Promise<{ default?: unknown }> {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin) return builtin();
  if (name.startsWith('./') || name.startsWith('../')) {
    return importFile(resolve(folder, name));
  }
  if (name.startsWith('npm:')) {
    return importPackage(name.slice('npm:'.length), folder);
  }
  throw new EngineError(
    'COMPONENT_NOT_LOADED',
    `there is no built-in component ${JSON.stringify(name)}; built in are ${Object.keys(builtins).join(', ')}; ` +
      'a file of yours begins with ./, a package with npm:',
  );
}

/** The versions of each file that this thread has loaded, by digest. */
const versions = new Map<string, string[]>();

async function importFile(file: string): Promise<{ default?: unknown }> {
  const { href } = pathToFileURL(file);
  // A file that cannot be read fails with the words of `import`.
  const text = await readFile(file).catch(() => '');
  const digest = createHash('sha256').update(text).digest('hex');
  const loaded = versions.get(href) ?? [];
  if (!loaded.includes(digest)) loaded.push(digest);
  versions.set(href, loaded);
  const version = loaded.indexOf(digest);
  const url = version === 0 ? href : `${href}?version=${version + 1}`;
  return (await import(url)) as { default?: unknown };
}

function isComponent(value: unknown): value is Component {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  return kind === 'service' || kind === 'process' || kind === 'operation';
}
