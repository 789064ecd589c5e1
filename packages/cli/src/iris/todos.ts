import type { MappedHost } from './map-item.ts';
import type { MappedProduction } from './map-production.ts';

/** What is left to do for a host, by hand. */
export function todosOf(host: MappedHost): readonly string[] {
  return [
    ...(host.isCustom ? [toWrite(host)] : []),
    ...(host.isGuess
      ? [`that it is ${kindInWords(host)} is a guess from its class; move it if it is not.`]
      : []),
    ...(host.component === 'dicom.router'
      ? [
          'write settings.rules: what its rule class decides, and the operations that its filers send to (docs/routing.md).',
        ]
      : []),
  ];
}

/** What is left to do for a production, in the order in which it is done. */
export function todosOfProduction({ hosts }: MappedProduction): readonly string[] {
  return hosts.flatMap((host) => todosOf(host).map((todo) => `${host.name}: ${todo}`));
}

function toWrite({ component, className, kind, keys, targetsOfCode }: MappedHost): string {
  const settings = [...keys.keys()]
    .filter((path) => path.startsWith('settings.'))
    .map((path) => path.slice('settings.'.length));
  const define = `define${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  const what = /^Ens(Lib)?\./.test(className)
    ? `write ${component} beside this file: ${className} of IRIS has no built-in equivalent. It is a ${define} of @consort/core`
    : `write ${component} beside this file, with what the class ${className} does: a ${define} of @consort/core`;
  const named = settings.length === 0 ? '' : `, with the settings ${settings.join(', ')}`;
  const targets =
    targetsOfCode.length === 0
      ? ''
      : ` (${targetsOfCode.join(', ')}: hosts that its code names, or else nobody; each is a target(), or is taken out here)`;
  return `${what}${named}${targets}.`;
}

function kindInWords({ kind }: MappedHost): string {
  return kind === 'operation' ? 'an operation' : `a ${kind}`;
}
