import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineError } from '@consort/core';

/**
 * Imports a package, or one of its exports, as a module in a folder would: `@acme/router`, `@acme/router/by-study`.
 * @throws EngineError COMPONENT_NOT_LOADED when it is not installed or has no such export; whatever the package throws
 */
export async function importPackage(
  name: string,
  folder: string,
): Promise<{ readonly default?: unknown }> {
  const parts = packageName.exec(name);
  if (!parts) {
    throw notLoaded(
      `${JSON.stringify(name)} is not the name of a package; write npm:package or npm:@scope/package`,
    );
  }
  const [, own = '', inner = ''] = parts;
  try {
    return (await import(fileOf(name, own, inner, folder))) as { readonly default?: unknown };
  } catch (error) {
    throw (error as { code?: unknown }).code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'
      ? notLoaded(
          `${own} is TypeScript, which Node does not run in node_modules; publish it as JavaScript`,
        )
      : error;
  }
}

/** The package, with its scope if it has one, and what follows: one of its exports. */
const packageName = /^((?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*)(?:\/([\w~-][^\\%]*))?$/;

function fileOf(name: string, own: string, inner: string, folder: string): string {
  // `require` alone would not see what a package has for `import` only.
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) =>
      nextResolve(specifier, { ...context, conditions: ['node', 'import', 'module-sync'] }),
  });
  try {
    return pathToFileURL(createRequire(join(folder, 'production.yaml')).resolve(name)).href;
  } catch (error) {
    throw notFound(own, inner, folder, error);
  } finally {
    hooks.deregister();
  }
}

function notFound(own: string, inner: string, folder: string, error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  const [first = ''] = message.split('\n');
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    const what =
      inner === '' ? 'nothing to import by its own name' : `no export ${JSON.stringify(inner)}`;
    return notLoaded(`the package ${own} has ${what}; see exports in its package.json`);
  }
  if (code === 'MODULE_NOT_FOUND' && first.includes(join('node_modules', own))) {
    return notLoaded(`the package ${own} is not whole; install it anew (${first})`);
  }
  if (code === 'MODULE_NOT_FOUND') {
    return notLoaded(
      `the package ${own} is not installed for ${folder}; there: npm install ${own}`,
    );
  }
  return error as Error;
}

function notLoaded(text: string): EngineError {
  return new EngineError('COMPONENT_NOT_LOADED', text);
}
