export { requestAssociation } from './association/request-association.ts';
export type { AssociationRequest, RequestTimeouts } from './association/request-association.ts';
export type { ObjectToSend, PeerResponse } from './association/dimse-request.ts';
export type { UsableContext } from './association/usable-contexts.ts';
