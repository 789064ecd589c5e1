import { isDone } from './dimse-status.ts';
import type { AssociationInfo, DoorHandlers } from './gate/door.ts';
import { sopClassName } from './presentation-contexts.ts';
import { subjectOf } from './tls/certificate.ts';
import { findTransferSyntax } from './transfer-syntaxes.ts';

/** An association as `production associations` shows it. */
export interface ShownAssociation {
  readonly id: string;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Images that were answered as stored so far. */
  readonly images: number;
  /** The contexts accepted; a name where there is one, else the UID. */
  readonly contexts: readonly { readonly sopClass: string; readonly transferSyntax: string }[];
  /** The software of the peer, as it calls itself (PS3.7 section D.3.3.2). */
  readonly implementation?: string;
  readonly tls?: {
    /** `TLSv1.3`. */
    readonly version: string;
    readonly cipherSuite: string;
    readonly subject?: string;
    readonly fingerprint?: string;
  };
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
  const certificate = tls?.certificate;
  return {
    id,
    callingAeTitle,
    calledAeTitle,
    peerAddress,
    peerPort,
    since,
    contexts: association.contexts.map(({ abstractSyntax, transferSyntax }) => ({
      sopClass: sopClassName(abstractSyntax) ?? abstractSyntax,
      transferSyntax: findTransferSyntax(transferSyntax)?.keyword ?? transferSyntax,
    })),
    // It is shown on terminals, and a peer may write what it likes.
    ...(implementation === undefined
      ? {}
      : { implementation: implementation.replaceAll(/[^\x20-\x7e]/g, '?') }),
    ...(tls && {
      tls: {
        version: tls.version,
        cipherSuite: tls.cipherSuite,
        ...(certificate && {
          subject: subjectOf(certificate),
          fingerprint: certificate.fingerprint256,
        }),
      },
    }),
  };
}
