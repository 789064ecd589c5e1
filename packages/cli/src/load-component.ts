import { resolve } from 'node:path';
import { EngineError, type Component } from '@consort/core';
import { builtins } from './builtins.ts';
import { importPackage } from './import-package.ts';
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
    return (await importNewest(resolve(folder, name))) as { default?: unknown };
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

function isComponent(value: unknown): value is Component {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  return kind === 'service' || kind === 'process' || kind === 'operation';
}
