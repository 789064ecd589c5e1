import { isDone } from './dimse-status.ts';
import type { AssociationInfo, DoorHandlers } from './gate/door.ts';
import { shownTerms, type ShownTerms } from './shown-terms.ts';

/** An association with one of our services as `production associations` shows it. */
export interface ShownAssociation extends ShownTerms {
  readonly id: string;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Images that were answered as stored so far. */
  readonly images: number;
}

/** Counts the images of each association, and shows it. */
export function associationsShown(receive: DoorHandlers['store']) {
  const counts = new WeakMap<AssociationInfo, number>();

  const store: DoorHandlers['store'] = async (command, association) => {
    const receiver = await receive(command, association);
    return {
      write: (fragment) => receiver.write(fragment),
      discard: () => receiver.discard(),
      async end(signal) {
        const reply = await receiver.end(signal);
        if (isDone(reply.status) && !reply.abort) {
          counts.set(association, (counts.get(association) ?? 0) + 1);
        }
        return reply;
      },
    };
  };

  return {
    store,
    show: (association: AssociationInfo): ShownAssociation => ({
      ...inShort(association),
      images: counts.get(association) ?? 0,
    }),
  };
}

function inShort(association: AssociationInfo): Omit<ShownAssociation, 'images'> {
  const { id, callingAeTitle, calledAeTitle, peerAddress, peerPort, since, tls } = association;
  const implementation =
    association.implementationVersionName ?? association.implementationClassUid;
  return {
    id,
    callingAeTitle,
    calledAeTitle,
    peerAddress,
    peerPort,
    since,
    ...shownTerms({ contexts: association.contexts, implementation, tls }),
  };
}
