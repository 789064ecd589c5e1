import { loadProduction, type Component } from '@consort/core';
import { builtins } from './builtins.ts';
import { componentLoader, loadComponent } from './load-component.ts';

/** A component that a production file may name. */
export interface NamedComponent {
  /** `dicom.tcp-service`, `./storage-local.ts`, `npm:package`. */
  readonly name: string;
  readonly component: Component;
}

/** The components that come with Consort. */
export async function builtInComponents(): Promise<readonly NamedComponent[]> {
  return Promise.all(
    Object.entries(builtins).map(async ([name, load]) => ({
      name,
      component: (await load()).default,
    })),
  );
}

/**
 * The components of one's own that a production file names, whatever else is wrong with it.
 * @throws EngineError PRODUCTION_NOT_FOUND
 */
export async function ownComponents(productionFile: string): Promise<readonly NamedComponent[]> {
  const found = new Map<string, Component>();
  await loadProduction(productionFile, {
    ...componentLoader,
    async load(name, folder) {
      const component = await loadComponent(name, folder);
      if (!Object.hasOwn(builtins, name)) found.set(name, component);
      return component;
    },
  });
  return [...found].map(([name, component]) => ({ name, component }));
}
