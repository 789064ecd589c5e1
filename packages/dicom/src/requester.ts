export { requestAssociation } from './association/request-association.ts';
export type { AssociationRequest, RequestTimeouts } from './association/request-association.ts';
export type { ObjectToSend, PeerResponse } from './association/dimse-request.ts';
export type { UsableContext } from './association/usable-contexts.ts';
export type { RequestedAssociation } from './association/requested-association.ts';
export type {
  ObjectFromPeer,
  ObjectSink,
  OperationResponse,
  OperationToRequest,
} from './association/requested-operation.ts';
export { certificatesIn, subjectOf } from './tls/certificate.ts';
export { readCredentials } from './tls/read-credentials.ts';
export type { Credentials } from './tls/read-credentials.ts';
export type { RequesterTls } from './tls/connect-tls.ts';
export { retrieveObjects } from './retrieve-objects.ts';
export type { Retrieval } from './retrieve-objects.ts';
