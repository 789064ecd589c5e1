import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineError, type Component } from '@consort/core';
import { builtins } from './builtins.ts';
import { importNewest } from './module-versions.ts';

/** How production files find their components, and the names to suggest for one that is misspelt. */
export const componentLoader = { load: loadComponent, builtIn: Object.keys(builtins) };

/**
 * Finds the component a production file names: a built-in by its dotted name, a file by `./` or `../`
 * from the production's folder, a package by `npm:`, resolved from there too. There is no search order.
 * A file that has changed since it was loaded, or what it imports by a path, is loaded anew.
 * @throws EngineError COMPONENT_NOT_LOADED
 */
export async function loadComponent(name: string, folder: string): Promise<Component> {
  const loaded = await importOf(name, folder);
  if (!isComponent(loaded.default)) {
    throw new EngineError(
      'COMPONENT_NOT_LOADED',
      `${name} has no component as its default export; write: export default defineProcess({ … })`,
    );
  }
  return loaded.default;
}

async function importOf(name: string, folder: string): Promise<{ default?: unknown }> {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin) return builtin();
  if (name.startsWith('./') || name.startsWith('../')) {
    return (await importNewest(resolve(folder, name))) as { default?: unknown };
  }
  if (name.startsWith('npm:')) {
    const { resolve: find } = createRequire(join(folder, 'production.yaml'));
    return (await import(pathToFileURL(find(name.slice(4))).href)) as { default?: unknown };
  }
  throw new EngineError(
    'COMPONENT_NOT_LOADED',
    `there is no built-in component ${JSON.stringify(name)}; built in are ${Object.keys(builtins).join(', ')}; ` +
      'a file of yours begins with ./, a package with npm:',
  );
}

function isComponent(value: unknown): value is Component {
  const kind = (value as { kind?: unknown } | undefined)?.kind;
  return kind === 'service' || kind === 'process' || kind === 'operation';
}
