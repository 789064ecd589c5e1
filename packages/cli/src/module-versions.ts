import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { registerHooks, type ResolveFnOutput, type ResolveHookContext } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A module of an author's, as this thread has loaded it once. */
interface LoadedModule {
  readonly file: string;
  /** Its file, with a version behind it from the second on: Node keeps a module by its URL for ever. */
  readonly url: string;
  /** Of its text at that time. */
  readonly digest: string;
  /** What it imports by a path. */
  readonly imports: Set<LoadedModule>;
  state: 'loading' | 'loaded' | 'failed';
}

const modules = new Map<string, LoadedModule>();
/** By file, the oldest first. */
const versions = new Map<string, LoadedModule[]>();
const notFound = new Set<string>();
let isWatching = false;

/**
 * Imports a module of an author's as its file is now, and so what it imports by a path, to any depth. What has not
 * changed since it was loaded stays the module that it is, and one that failed is tried anew.
 * What a package holds, and what is required, is loaded once.
 */
export async function importNewest(file: string): Promise<unknown> {
  if (!isWatching) registerHooks({ resolve });
  isWatching = true;
  const module = newest(realpath(file));
  try {
    const loaded: unknown = await import(module.url);
    settle(module, 'loaded');
    return loaded;
  } catch (error) {
    settle(module, 'failed');
    throw error;
  }
}

/** The files that this thread has imported of authors, and those that it looked for and did not find. */
export function importedFiles(): readonly string[] {
  return [...new Set([...versions.keys(), ...notFound])];
}

function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput,
): ResolveFnOutput {
  const parent = context.parentURL === undefined ? undefined : modules.get(context.parentURL);
  const isByPath = /^(?:\.\.?\/|\/|#|file:)/.test(specifier);
  if (!parent || !isByPath || context.conditions.includes('require'))
    return next(specifier, context);
  const resolved = orNote(specifier, parent.url, () => next(specifier, context));
  if (!resolved.url.startsWith('file:') || resolved.url.includes('/node_modules/')) return resolved;
  const module = newest(fileURLToPath(resolved.url));
  parent.imports.add(module);
  return { ...resolved, url: module.url };
}

/** A file that is not there may come. */
function orNote(specifier: string, parent: string, resolved: () => ResolveFnOutput) {
  try {
    return resolved();
  } catch (error) {
    const url = specifier.startsWith('#') ? undefined : URL.parse(specifier, parent);
    if (url?.protocol === 'file:') notFound.add(fileURLToPath(url));
    throw error;
  }
}

/** The version of a module that says what its file says now; a new one where there is none. */
function newest(file: string): LoadedModule {
  const known = versions.get(file) ?? [];
  const current = known.findLast((module) => isCurrent(module, new Set()));
  if (current) return current;
  const { href } = pathToFileURL(file);
  const url = known.length === 0 ? href : `${href}?version=${known.length + 1}`;
  const digest = digestOf(file);
  const module: LoadedModule = { file, url, digest, imports: new Set(), state: 'loading' };
  modules.set(url, module);
  versions.set(file, [...known, module]);
  return module;
}

/** @param seen modules import one another in circles */
function isCurrent(module: LoadedModule, seen: Set<LoadedModule>): boolean {
  if (seen.has(module)) return true;
  seen.add(module);
  if (module.state === 'failed' || module.digest !== digestOf(module.file)) return false;
  return [...module.imports].every((imported) => isCurrent(imported, seen));
}

/** A module that was in order before is not to blame for one that imports it. */
function settle(module: LoadedModule, state: 'loaded' | 'failed'): void {
  if (module.state !== 'loading') return;
  module.state = state;
  for (const imported of module.imports) settle(imported, state);
}

/** What Node names a module by. */
function realpath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Of a file that cannot be read too: what is wrong with it is said by `import`. */
function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return '';
  }
}
