import type { ServiceContext } from '@consort/core';
import { lets } from './ae-title.ts';
import type { Admission, AssociationProposal } from './gate/door.ts';
import { negotiate } from './presentation-contexts.ts';
import type { Refusals } from './refusals.ts';
import type { ServiceClassName } from './service-classes.ts';
import { serviceClassOf } from './sop-classes.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

/**
 * Decides whether an association is let in, and on which presentation contexts.
 * The order of the checks and the reasons are those of PS3.8 section 9.3.4: the called title first, then the
 * calling one. Titles are compared case-sensitively after trimming spaces.
 */
export function admission(context: ServiceContext<TcpServiceSettings>, refused: Refusals) {
  const { localAet, remoteAet, presentationContexts, serviceClasses } = context.settings;

  return (proposal: AssociationProposal): Admission => {
    if (!lets(localAet, proposal.calledAeTitle)) {
      refused.title(proposal, 'called');
      return { reject: { result: 1, source: 1, reason: 7 }, why: 'called AE title not recognized' };
    }
    if (!lets(remoteAet, proposal.callingAeTitle)) {
      refused.title(proposal, 'calling');
      return {
        reject: { result: 1, source: 1, reason: 3 },
        why: 'calling AE title not recognized',
      };
    }
    const contexts = negotiate(proposal.contexts, presentationContexts, serviceClasses);
    refused.contexts(proposal, contexts);
    return { accept: contexts, peerScp: peerScpOf(proposal, serviceClasses) };
  };
}

/** Who retrieves by C-GET takes objects; the SCP of storage commitment reports to us (PS3.4 sections C.5.3, J.3.3). */
function peerScpOf(
  { roles }: AssociationProposal,
  serviceClasses: readonly ServiceClassName[],
): ReadonlySet<string> {
  const uids = roles.filter(({ scp }) => scp).map(({ sopClassUid }) => sopClassUid);
  return new Set(
    uids.filter((uid) => {
      const serviceClass = serviceClassOf(uid);
      if (serviceClass === 'storage') return serviceClasses.includes('retrieve');
      return serviceClass === 'storageCommitment' && serviceClasses.includes(serviceClass);
    }),
  );
}
