import { EngineError } from '@consort/core';
import {
  findTransferSyntax,
  proposalsFor,
  sopClassName,
  type CallerTerms,
  type Proposal,
} from '@consort/dicom/tables';
import { associate } from '../send/associate.ts';
import type { Peer } from '../send/peer.ts';

/** What became of the claims about some callers of a service. */
export interface CheckedClaims {
  readonly service: string;
  readonly caller: string;
  /** Presentation contexts that were proposed. */
  readonly proposed: number;
  /** What is otherwise than the statement says. */
  readonly differences: readonly string[];
  /** Why nothing was proposed: the service does not let this caller in from here. */
  readonly notChecked?: string;
}

/** Contexts of one association (PS3.8 section 9.3.2.2). */
const most = 128;

/**
 * Associates with a service as one of its callers, and proposes what it claims and what it does not.
 * @throws EngineError PEER_UNREACHABLE and whatever else keeps an association from coming about but a refusal
 */
export async function checkClaims(peer: Peer, terms: CallerTerms): Promise<CheckedClaims> {
  const proposals = proposalsFor(terms);
  const found = { service: peer.service ?? peer.name, caller: peer.callingAeTitle };
  const differences: string[] = [];
  for (let begin = 0; begin < proposals.length; begin += most) {
    try {
      differences.push(...(await differencesOf(peer, proposals.slice(begin, begin + most))));
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'ASSOCIATION_REJECTED')) throw error;
      return { ...found, proposed: begin, differences, notChecked: error.message };
    }
  }
  return { ...found, proposed: proposals.length, differences };
}

async function differencesOf(
  peer: Peer,
  proposals: readonly Proposal[],
): Promise<readonly string[]> {
  const contexts = proposals.map(({ isClaimed: _, ...context }) => context);
  const association = await associate(peer, contexts);
  const accepted = new Set(association.contexts.map(({ id }) => id));
  await association.release().catch(() => association.abort());
  return proposals
    .filter(({ isClaimed }, index) => isClaimed !== accepted.has(2 * index + 1))
    .map(inWords);
}

function inWords({ abstractSyntax, transferSyntaxes, isClaimed }: Proposal): string {
  const [one = '', ...more] = transferSyntaxes;
  const syntax =
    more.length > 0 ? 'some transfer syntax' : (findTransferSyntax(one)?.keyword ?? one);
  const context = `${sopClassName(abstractSyntax) ?? abstractSyntax} in ${syntax}`;
  return isClaimed ? `${context} is claimed and refused` : `${context} is not claimed and accepted`;
}
