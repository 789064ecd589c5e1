import type { Connections } from '@consort/core';
import { associationJson, outgoingJson, type connectionsJson } from '@consort/core/json';
import type { ShownAssociation, ShownOutgoing } from '@consort/dicom';
import type { z } from 'zod';
import type { ControlHandlers } from '../control.ts';
import type { RunningProduction } from '../run-production.ts';

// The schemas say what the components show.
const incoming = associationJson satisfies z.ZodType<ShownAssociation>;
const outgoing = outgoingJson satisfies z.ZodType<ShownOutgoing>;

/** Answers which associations a running production has. Connections that are none are left out. */
export function associationsHandler({ connections }: RunningProduction): ControlHandlers {
  return {
    async associations(): Promise<z.output<typeof connectionsJson>> {
      const { connections: found, silent } = await connections();
      return {
        associations: those(incoming, 'service', found),
        outgoing: those(outgoing, 'operation', found),
        silent: [...silent],
      };
    },
  };
}

/** The connections of all hosts that are of this kind, the oldest first. */
function those<T extends { readonly since: string }>(
  schema: z.ZodType<T>,
  key: 'service' | 'operation',
  found: Connections,
): T[] {
  return Object.entries(found)
    .flatMap(([host, some]) =>
      some.flatMap((one) => {
        const read = schema.safeParse({ ...(one as object), [key]: host });
        return read.success ? [read.data] : [];
      }),
    )
    .toSorted((a, b) => a.since.localeCompare(b.since));
}
