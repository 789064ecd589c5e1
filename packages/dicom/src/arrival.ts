import type { Arrival } from '@consort/core';
import type { AssociationInfo } from './gate/door.ts';

/** Who brought a message in, as the record keeps it. */
export function arrivalOf(association: AssociationInfo): Arrival {
  const { id, peerAddress, callingAeTitle, calledAeTitle } = association;
  return { associationId: id, peerAddress, callingAeTitle, calledAeTitle };
}
