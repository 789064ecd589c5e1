import { z } from 'zod';
import type { Role } from './association/pdu.ts';
import { serviceSopClasses, type ServiceClassName } from './service-classes.ts';
import { findSopClass, serviceClassOf, sopClassName } from './sop-classes.ts';
import { chooseTransferSyntax, findTransferSyntax } from './transfer-syntaxes.ts';

export { sopClassName };

/** What a peer proposes on one presentation context (PS3.8 section 9.3.2.2). */
export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/**
 * What becomes of it (PS3.8 section 9.3.3.2): 0 accepted, with the transfer syntax;
 * 3 abstract syntax not supported; 4 transfer syntaxes not supported.
 */
export type ContextAnswer =
  | { readonly id: number; readonly result: 0; readonly transferSyntax: string }
  | { readonly id: number; readonly result: 3 | 4 };

/** One line of the setting `presentationContexts`, names turned into UIDs. */
export interface ContextRule {
  /** A UID, or `*` for whatever is accepted without the setting. */
  readonly sopClass: string;
  readonly transferSyntaxes?: readonly string[] | undefined;
}

/**
 * Answers each presentation context that a peer proposes. Those of `peerScp` are for what is sent to it.
 *
 * Without rules every SOP class of the service classes is accepted (private ones are for storage), on the transfer
 * syntax that `chooseTransferSyntax` takes. With rules only the SOP classes they name are; a rule that names the
 * class goes before `*`, and the first of its transfer syntaxes that is offered is taken, none else.
 */
export function negotiate(
  proposed: readonly ProposedContext[],
  rules?: readonly ContextRule[],
  serviceClasses: readonly ServiceClassName[] = ['storage', 'verification'],
  peerScp: readonly Pick<Role, 'sopClassUid'>[] = [],
): readonly ContextAnswer[] {
  return proposed.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const rule = rules ? ruleFor(abstractSyntax, rules) : anything;
    const serviceClass = isUid(abstractSyntax) ? serviceClassOf(abstractSyntax) : undefined;
    const isOfOurs =
      (serviceClass !== undefined && serviceClasses.includes(serviceClass)) ||
      peerScp.some(({ sopClassUid }) => sopClassUid === abstractSyntax);
    if (!rule || (rule.sopClass === '*' && !isOfOurs)) return { id, result: 3 };
    const preference =
      rule.transferSyntaxes ??
      (serviceSopClasses.has(abstractSyntax) ? forSmallDataSets : undefined);
    const transferSyntax = chooseTransferSyntax(transferSyntaxes, preference);
    return transferSyntax === undefined ? { id, result: 4 } : { id, result: 0, transferSyntax };
  });
}

/** The setting `presentationContexts`: SOP classes and transfer syntaxes by UID, keyword or name. */
export function presentationContexts() {
  const sopClass = z.string().transform((text, context) => {
    const uid = text === '*' || isUid(text) ? text : findSopClass(text);
    if (uid) return uid;
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(text)} is no SOP class; write its UID, its keyword like CTImageStorage, or *`,
    });
    return z.NEVER;
  });
  const transferSyntax = z.string().transform((text, context) => {
    const uid = isUid(text) ? text : findTransferSyntax(text)?.uid;
    if (uid) return uid;
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(text)} is no transfer syntax; write its UID or its keyword like JPEG2000Lossless`,
    });
    return z.NEVER;
  });
  return z
    .array(
      z.strictObject({ sopClass, transferSyntaxes: z.array(transferSyntax).min(1).optional() }),
    )
    .min(1);
}

const anything: ContextRule = { sopClass: '*' };

/** Explicit and Implicit VR Little Endian, Explicit VR Big Endian: what has no pixel data is in no other. */
const forSmallDataSets = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2', '1.2.840.10008.1.2.2'];

function ruleFor(abstractSyntax: string, rules: readonly ContextRule[]): ContextRule | undefined {
  return (
    rules.find(({ sopClass }) => sopClass === abstractSyntax) ??
    rules.find(({ sopClass }) => sopClass === '*')
  );
}

/** PS3.5 section 9.1: at most 64 characters, digits and dots. */
function isUid(text: string): boolean {
  return text.length <= 64 && /^\d+(\.\d+)+$/.test(text);
}
