import type { Component } from '@consort/core';
import { kindsOfSuperclasses } from './class-rows.ts';
import type { IrisClass } from './read-export.ts';

/**
 * What hosts of a class are: said by what it extends, as far as the export shows, else by its name. Where neither
 * says, a process is a guess.
 */
export function kindOfClass(
  className: string,
  classes: ReadonlyMap<string, IrisClass>,
): { readonly kind: Component['kind']; readonly isGuess: boolean } {
  const seen = new Set<string>();
  const waiting = [className];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const kind = kindsOfSuperclasses[name];
    if (kind) return { kind, isGuess: false };
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...(classes.get(name)?.superclasses ?? []));
  }
  const guess = (Object.keys(wordsOfKinds) as Component['kind'][]).find((kind) =>
    wordsOfKinds[kind].test(className),
  );
  return { kind: guess ?? 'process', isGuess: guess === undefined };
}

const wordsOfKinds: Readonly<Record<Component['kind'], RegExp>> = {
  service: /\.(BS|Services?)\.|Service$/,
  operation: /\.(BO|Operations?)\.|Operation$/,
  process: /\.(BP|Process(es)?)\.|Process$/,
};

/** The files to be written in place of classes: `./storage-local.ts`. No two classes have the same one. */
export function filesOfClasses(classNames: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const className of classNames) {
    const parts = className.split('.').map(kebab);
    const taken = new Set(files.values());
    let size = 1;
    const file = () => `./${parts.slice(-size).join('-')}.ts`;
    while (taken.has(file()) && size < parts.length) size += 1;
    files.set(className, file());
  }
  return files;
}

/** The name of a setting in camelCase: `OperationDuplexName`, `IPPort`; undefined when it cannot be one. */
export function settingName(name: string): string | undefined {
  return /^[A-Za-z]\w*$/.test(name) ? camel(kebab(name)) : undefined;
}

/** A name for the setting that names a host: fileOperation for `Demo.DICOM.Operation.File`. */
export function settingForHost(host: string): string {
  const [last = '', kind = ''] = host.split('.').toReversed();
  return camel(kebab(`${last} ${kind}`)) || 'target';
}

function kebab(text: string): string {
  return text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

function camel(text: string): string {
  return text.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
