import { EngineError } from '@consort/core';
import type { requestAssociation } from '@consort/dicom/requester';
import type { Peer } from './peer.ts';
import type { PlannedAssociation } from './plan-associations.ts';

/** An association as its requester. */
export type Association = Awaited<ReturnType<typeof requestAssociation>>;

/**
 * Asks a peer for an association.
 * @throws EngineError NOT_RUNNING when nobody is at the door of this production's own service; and what
 *   `requestAssociation` throws
 */
export async function associate(
  { host, port, calledAeTitle, callingAeTitle, service, tls }: Peer,
  contexts: PlannedAssociation['contexts'],
): Promise<Association> {
  // Imported here: the reading verbs need no DICOM library.
  const { requestAssociation } = await import('@consort/dicom/requester');
  try {
    const titles = { calledAeTitle, callingAeTitle };
    return await requestAssociation({ host, port, ...titles, contexts, ...(tls && { tls }) });
  } catch (error) {
    if (error instanceof EngineError && error.code === 'TLS_FAILED' && !tls) {
      const text = `${error.message}; --tls-ca FILE says that it speaks TLS, and whose certificates are trusted`;
      throw new EngineError('TLS_FAILED', text, { cause: error });
    }
    if (!service || !(error instanceof EngineError) || error.code !== 'PEER_UNREACHABLE')
      throw error;
    throw new EngineError(
      'NOT_RUNNING',
      `nobody listens at ${host}:${port}, where ${service} should: start the production, or name another peer with --to AET@HOST:PORT`,
      { cause: error },
    );
  }
}
