import type { Host } from '../production.ts';
import type { PathUse } from '../settings.ts';
import { meantValues } from './schema-walk.ts';
import { nameOf } from './validate.ts';

/** A file that a host reads, or a folder that it writes to. */
export interface HostPath {
  /** The setting that names it: `directory`, `tls.key`. */
  readonly setting: string;
  /** Absolute. */
  readonly path: string;
  readonly use: PathUse;
  /** Where the setting stands, `file:line:column`. */
  readonly place: string;
}

/** The files and folders of a host that its settings say to be for reading or writing. */
export function pathsOf({ component, settings, origins }: Host): readonly HostPath[] {
  return meantValues(component.settings, settings).flatMap(({ path, value, use }) => {
    if (!use) return [];
    const place = origins[String(path[0])] ?? origins[''] ?? '';
    return [{ setting: nameOf(path), path: value, use, place }];
  });
}
