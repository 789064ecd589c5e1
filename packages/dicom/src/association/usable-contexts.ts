import { EngineError } from '@consort/core';
import type { AssociateAccept, ProposedContext } from './pdu.ts';
import { invalidParameter } from './protocol-error.ts';

/** A context that requests can be sent on. */
export interface UsableContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
}

/** What was accepted of what was proposed. @throws ProtocolError */
export function usableContexts(
  proposed: readonly ProposedContext[],
  accept: AssociateAccept,
): readonly UsableContext[] {
  const offers = new Map(proposed.map((context) => [context.id, context]));
  return accept.contexts.flatMap(({ id, result, transferSyntax }) => {
    const offer = offers.get(id);
    if (!offer || (result === 0 && !offer.transferSyntaxes.includes(transferSyntax ?? ''))) {
      throw invalidParameter(
        `presentation context ${id} was accepted as it was not proposed`,
        'PS3.8 section 9.3.3.2',
      );
    }
    if (result !== 0 || transferSyntax === undefined) return [];
    return { id, abstractSyntax: offer.abstractSyntax, transferSyntax };
  });
}

/**
 * The context for a request.
 * @param transferSyntax of its data set; any will do where it is left out
 * @throws EngineError CONTEXT_NOT_ACCEPTED
 */
export function contextFor(
  peer: string,
  contexts: readonly UsableContext[],
  abstractSyntax: string,
  transferSyntax?: string,
): UsableContext {
  const found = contexts.find(
    (context) =>
      context.abstractSyntax === abstractSyntax &&
      (transferSyntax === undefined || context.transferSyntax === transferSyntax),
  );
  if (found) return found;
  const encoded = transferSyntax ? ` in transfer syntax ${transferSyntax}` : '';
  throw new EngineError(
    'CONTEXT_NOT_ACCEPTED',
    `${peer} accepted no presentation context for SOP class ${abstractSyntax}${encoded}`,
  );
}
