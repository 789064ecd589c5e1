import type { Production } from '../production.ts';
import { meantValues } from './schema-walk.ts';

/** That a host may send to another. */
export interface HostConnection {
  readonly from: string;
  readonly to: string;
  /** The setting that names the target: `target`, `rules[0].send`. */
  readonly setting: string;
}

/** Which hosts send to which, as their settings say (IRIS: OnGetConnections). */
export function connectionsOf(production: Production): readonly HostConnection[] {
  return production.hosts.flatMap(({ name, component, settings }) =>
    meantValues(component.settings, settings)
      .filter(({ meaning }) => meaning === 'target' || meaning === 'asyncTarget')
      .map(({ path, value }) => ({ from: name, to: value, setting: pathInWords(path) })),
  );
}

function pathInWords(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
