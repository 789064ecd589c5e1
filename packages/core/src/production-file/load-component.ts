import type { Component } from '../component.ts';
import { show } from './issue-wording.ts';
import { nearest } from './nearest.ts';
import { sections } from './production-keys.ts';
import type { Report } from './report.ts';
import type { HostEntry } from './read-hosts.ts';

/** Brings components into the process; asked once for each host. */
export interface ComponentLoader {
  /** @throws whatever hinders it; the reason is shown at the name in the file */
  load(componentName: string, folder: string): Promise<Component>;
  /** The names of the built-in components, for suggestions. */
  readonly builtIn?: readonly string[];
}

/** A host's component, with the name the file gives it. */
export interface NamedComponent {
  readonly componentName: string;
  readonly component: Component;
  /** Where the name stands. */
  readonly at: number;
}

/** Loads the component of a host; reports why it cannot. */
export async function loadComponent(
  host: HostEntry,
  folder: string,
  loader: ComponentLoader,
  report: Report,
): Promise<NamedComponent | undefined> {
  const entry = host.tree.entries.get('component');
  if (!entry) {
    report.error('COMPONENT_MISSING', host.nameAt, `${host.name} has no component`, 'component: …');
    return undefined;
  }
  const { value } = entry;
  if (value.kind === 'broken') return undefined;
  if (value.kind !== 'scalar' || typeof value.value !== 'string') {
    report.error(
      'COMPONENT_MISSING',
      value.at,
      `component: expected the name of a component; ${forms}`,
    );
    return undefined;
  }
  const componentName = value.value;
  const problem = nameProblem(componentName, loader.builtIn ?? []);
  if (problem) {
    report.error('COMPONENT_MISSING', value.at, problem.message, problem.suggestion);
    return undefined;
  }
  try {
    const component = await loader.load(componentName, folder);
    const missing = whatIsMissing(component);
    if (missing === undefined) return { componentName, component, at: value.at };
    report.error(
      'COMPONENT_NOT_LOADED',
      value.at,
      `${componentName} is not a component (${missing}); its default export is what defineService, defineProcess or defineOperation returns`,
    );
  } catch (thrown) {
    const near = nearest(componentName, loader.builtIn ?? []);
    const code = isSyntax(thrown) ? 'COMPONENT_SYNTAX' : 'COMPONENT_NOT_LOADED';
    report.error(code, value.at, `cannot load ${componentName}: ${reasonOf(thrown)}`, near);
  }
  return undefined;
}

const forms = 'write a built-in name like dicom.tcp-service, ./file.ts or npm:package';

function nameProblem(name: string, builtIn: readonly string[]) {
  if (/^(?:\.\.?\/|npm:)./.test(name)) return undefined;
  if (/^[\w-]+(?:\.[\w-]+)+$/.test(name) && !/\.[cm]?[jt]s$/.test(name)) return undefined;
  const file = /\.[cm]?[jt]s$/.test(name) && !name.startsWith('/');
  return {
    message: `${show(name)} is not the name of a component; ${forms}`,
    suggestion: file ? `./${name}` : nearest(name, builtIn),
  };
}

function whatIsMissing(component: unknown): string | undefined {
  if (typeof component !== 'object' || component === null) return 'it is no object';
  const { kind, settings, ...rest } = component as Record<string, unknown>;
  if (!Object.values<unknown>(sections).includes(kind)) return 'it has no kind';
  const definition = (settings as { _zod?: { def?: { type?: unknown } } } | undefined)?._zod?.def;
  if (definition?.type !== 'object') return 'its settings are no z.object()';
  const handler = handlers[kind as Component['kind']];
  return typeof rest[handler] === 'function' ? undefined : `it has no ${handler}`;
}

const handlers = { service: 'onInit', process: 'onRequest', operation: 'onMessage' } as const;

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'it threw something that is no error';
  const [reason = ''] = thrown.message.split('\n');
  if (isErasable(thrown)) {
    return `Node runs erasable TypeScript only, without enum, namespace and parameter properties (${reason.trim()})`;
  }
  return reason.trim() === '' ? thrown.name : reason.trim();
}

/** That Node would have to compile the file, or cannot read it at all. */
function isSyntax(thrown: unknown): boolean {
  return thrown instanceof SyntaxError || isErasable(thrown as Error);
}

function isErasable(thrown: Error | undefined): boolean {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' || code === 'ERR_INVALID_TYPESCRIPT_SYNTAX';
}
