import type { ServiceContext } from '@consort/core';
import { lets } from './ae-title.ts';
import type { Role } from './association/pdu.ts';
import type { Admission, AssociationProposal } from './gate/door.ts';
import { negotiate } from './presentation-contexts.ts';
import type { Refusals } from './refusals.ts';
import type { ServiceClassName } from './service-classes.ts';
import { serviceClassOf } from './sop-classes.ts';
import type { TcpServiceSettings } from './tcp-service.ts';
import { mayUseTitle } from './tls/bound-titles.ts';

/**
 * Decides whether an association is let in, and on which presentation contexts.
 * The order of the checks and the reasons are those of PS3.8 section 9.3.4: the called title first, then the
 * calling one. Titles are compared case-sensitively after trimming spaces.
 */
export function admission(context: ServiceContext<TcpServiceSettings>, refused: Refusals) {
  const { localAet, remoteAet, presentationContexts, serviceClasses, tls } = context.settings;

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
    if (!mayUseTitle(proposal, tls?.aeTitles)) {
      refused.certificate(proposal);
      return {
        reject: { result: 1, source: 1, reason: 3 },
        why: 'calling AE title not bound to its certificate',
      };
    }
    const roles = rolesFor(proposal, serviceClasses);
    const contexts = negotiate(proposal.contexts, presentationContexts, serviceClasses, roles);
    refused.contexts(proposal, contexts);
    return { accept: contexts, roles };
  };
}

/**
 * The roles of peers that are SCP as they have proposed: who retrieves by C-GET takes objects, and stores none here
 * unless storage is served too; the SCP of storage commitment reports to us (PS3.4 sections C.5.3 and J.3.3).
 */
function rolesFor(
  { roles }: AssociationProposal,
  serviceClasses: readonly ServiceClassName[],
): readonly Role[] {
  const unique = new Map(roles.map((role) => [role.sopClassUid, role])).values();
  return [...unique].flatMap(({ sopClassUid, scu, scp }) => {
    const serviceClass = serviceClassOf(sopClassUid);
    const isServed = serviceClass !== undefined && serviceClasses.includes(serviceClass);
    const isTaken = serviceClass === 'storage' && serviceClasses.includes('retrieve');
    const mayBeScp = isTaken || (serviceClass === 'storageCommitment' && isServed);
    return scp && mayBeScp ? [{ sopClassUid, scu: scu && isServed, scp }] : [];
  });
}
