import { z } from 'zod';
import { aeTitle } from '../ae-title.ts';
import { presentationContexts } from '../presentation-contexts.ts';
import { serviceClassNames } from '../service-classes.ts';
import { certificateName } from '../tls/certificate.ts';
import { readAddress } from './addresses.ts';

/** The setting `peers`: who may call, each with what holds for him alone. */
export function peers() {
  const address = z.string().refine((text) => readAddress(text) !== undefined, {
    message: 'write an address, a network like 10.1.0.0/16, or the name of a host',
  });
  return z
    .array(
      z.strictObject({
        aet: aeTitle().meta({ description: 'The calling AE title.' }),
        addresses: z.array(address).min(1).optional().meta({
          description:
            'Where it may call from: addresses, networks like 10.1.0.0/16, names of hosts. Default: anywhere.',
        }),
        serviceClasses: z.array(z.enum(serviceClassNames)).min(1).optional().meta({
          description: "Which service classes it is served; default: the service's serviceClasses.",
        }),
        presentationContexts: presentationContexts().optional().meta({
          description: "What is accepted of it; default: the service's presentationContexts.",
        }),
        maxAssociations: z.int().min(1).max(1000).optional().meta({
          description: 'Its associations at the same time; one more is rejected.',
        }),
        certificate: certificateName().optional().meta({
          description:
            'The certificate it has to have: common name, DNS name or SHA-256 fingerprint.',
        }),
      }),
    )
    .min(1);
}

/** One entry of the setting. */
export type Peer = z.output<ReturnType<typeof peers>>[number];
