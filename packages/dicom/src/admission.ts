import type { ServiceContext } from '@consort/core';
import { lets } from './ae-title.ts';
import type { Admission, AssociationProposal } from './gate/door.ts';
import { negotiate } from './presentation-contexts.ts';
import type { Refusals } from './refusals.ts';
import type { TcpServiceSettings } from './tcp-service.ts';
import { mayUseTitle } from './tls/bound-titles.ts';

/**
 * Decides whether an association is let in, and on which presentation contexts.
 * The order of the checks and the reasons are those of PS3.8 section 9.3.4: the called title first, then the
 * calling one. Titles are compared case-sensitively after trimming spaces.
 */
export function admission(context: ServiceContext<TcpServiceSettings>, refused: Refusals) {
  const { localAet, remoteAet, presentationContexts, tls } = context.settings;

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
    const contexts = negotiate(proposal.contexts, presentationContexts);
    refused.contexts(proposal, contexts);
    return { accept: contexts };
  };
}
