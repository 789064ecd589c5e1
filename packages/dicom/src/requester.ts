export { requestAssociation } from './association/request-association.ts';
export type { AssociationRequest, RequestTimeouts } from './association/request-association.ts';
export type {
  ObjectToSend,
  PeerResponse,
  UsableContext,
} from './association/requested-association.ts';
