import { associationJson } from '../json/associations-json.ts';
import type { ControlHandlers } from '../control.ts';
import type { RunningProduction } from '../run-production.ts';

/** Answers who is connected to a running production. Connections that are no associations are left out. */
export function associationsHandler({ connections }: RunningProduction): ControlHandlers {
  return {
    async associations() {
      const found = Object.entries(await connections()).flatMap(([service, some]) =>
        some.flatMap((one) => {
          const read = associationJson.safeParse({ ...(one as object), service });
          return read.success ? read.data : [];
        }),
      );
      return found.toSorted((a, b) => a.since.localeCompare(b.since));
    },
  };
}
