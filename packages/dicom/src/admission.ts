import type { ServiceContext } from '@consort/core';
import { lets } from './ae-title.ts';
import type { Role } from './association/pdu.ts';
import type { Admission, AssociationLimit, AssociationProposal } from './gate/door.ts';
import { peerFinder } from './peers/identify-peer.ts';
import type { Peer } from './peers/peers-setting.ts';
import { negotiate, type ContextRule } from './presentation-contexts.ts';
import type { Refusals } from './refusals.ts';
import type { ServiceClassName } from './service-classes.ts';
import { serviceClassOf } from './sop-classes.ts';
import type { TcpServiceSettings } from './tcp-service.ts';
import type { UserJudge } from './identity/user-identity.ts';
import { mayUseTitle } from './tls/bound-titles.ts';

/**
 * Decides whether an association is let in, and on which presentation contexts.
 * The order of the checks and the reasons are those of PS3.8 section 9.3.4: the called title first, then the
 * calling one. Titles are compared case-sensitively after trimming spaces.
 * @param rules what is accepted of a peer that has none of its own; default: everything we store
 * @param judgeUser says for which users; without it nobody is asked
 */
export function admission(
  context: ServiceContext<TcpServiceSettings>,
  refused: Refusals,
  rules?: readonly ContextRule[],
  judgeUser?: UserJudge,
) {
  const { localAet, remoteAet, peers = [], serviceClasses: all, tls } = context.settings;
  const identify = peerFinder(peers, remoteAet);

  return async (proposal: AssociationProposal): Promise<Admission> => {
    if (!lets(localAet, proposal.calledAeTitle)) {
      refused.title(proposal, 'called');
      return { reject: { result: 1, source: 1, reason: 7 }, why: 'called AE title not recognized' };
    }
    const caller = await identify(proposal);
    if (!caller.isKnown) {
      if (caller.unfit === 'title') refused.title(proposal, 'calling');
      else if (caller.unfit === 'address') refused.address(proposal);
      else refused.certificate(proposal, 'peers');
      return callingRefused(`calling AE title not recognized (${caller.unfit})`);
    }
    if (!mayUseTitle(proposal, tls?.aeTitles)) {
      refused.certificate(proposal, 'tls');
      return callingRefused('calling AE title not recognized (certificate)');
    }
    if (judgeUser) {
      const unfit = await judgeUser(proposal.userIdentity, proposal.callingAeTitle);
      if (unfit !== undefined) {
        refused.user(proposal, unfit);
        return { reject: { result: 1, source: 1, reason: 1 }, why: 'user identity not accepted' };
      }
    }
    const { peer } = caller;
    const serviceClasses = peer?.serviceClasses ?? all;
    const roles = rolesFor(proposal, serviceClasses);
    const narrowed = peer?.presentationContexts ?? rules;
    const contexts = negotiate(proposal.contexts, narrowed, serviceClasses, roles);
    refused.contexts(proposal, contexts, peer);
    return {
      accept: contexts,
      roles,
      ...(judgeUser && { userIdentityResponse: Buffer.alloc(0) }),
      ...(peer && limitOf(peer, context.origin('peers'))),
    };
  };
}

function callingRefused(why: string): Admission {
  return { reject: { result: 1, source: 1, reason: 3 }, why };
}

function limitOf(peer: Peer, origin: string): { readonly limit?: AssociationLimit } {
  const { aet, maxAssociations: most } = peer;
  if (most === undefined) return {};
  const why = `${aet} has as many associations as its maxAssociations allows, ${most} (${origin})`;
  return { limit: { of: peer, most, why } };
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
