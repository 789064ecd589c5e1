import type { AssociationRequest } from '../association/request-association.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import { shownTerms, type ShownTerms } from '../shown-terms.ts';

/** An association with a peer that one of our operations has asked for, as `production associations` shows it. */
export interface ShownOutgoing extends ShownTerms {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly host: string;
  readonly port: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Images that the peer has answered as stored so far. */
  readonly images: number;
  /** ISO 8601, UTC; absent while it is at work. */
  readonly idleSince?: string;
}

/** Shows an association that was asked for. */
export function shownOutgoing(
  request: Pick<AssociationRequest, 'host' | 'port' | 'callingAeTitle' | 'calledAeTitle'>,
  kept: Pick<ShownOutgoing, 'since' | 'images' | 'idleSince'> & {
    readonly association: RequestedAssociation;
  },
): ShownOutgoing {
  const { host, port, callingAeTitle, calledAeTitle } = request;
  const { association, since, images, idleSince } = kept;
  const { contexts, agreed } = association;
  return {
    callingAeTitle,
    calledAeTitle,
    host,
    port,
    since,
    images,
    ...(idleSince !== undefined && { idleSince }),
    ...shownTerms({ contexts, implementation: agreed.implementation, tls: agreed.tls }),
  };
}
