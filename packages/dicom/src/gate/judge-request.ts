import { isAeTitle } from '../ae-title.ts';
import { isUid } from '../association/items.ts';
import type { Limits } from '../association/limits.ts';
import {
  dicomApplicationContext,
  type AssociateRequest,
  type NegotiatedContext,
  type ProposedContext,
  type Rejection,
  type Role,
} from '../association/pdu.ts';
import type { AcceptedContext } from './door.ts';

/** Why the gate refuses a request by itself. */
export interface Refusal {
  readonly rejection: Rejection;
  readonly why: string;
  readonly clause: string;
}

/**
 * Judges what is the gate's to judge of a request: version, application context, the form of the titles,
 * the form of a user identity, the maximum length. In this order.
 * @returns why it is refused; undefined when it is not
 */
export function judgeRequest(request: AssociateRequest, limits: Limits): Refusal | undefined {
  const { protocolVersion, applicationContexts, user } = request;
  if ((protocolVersion & 1) === 0) {
    return refusal(1, 2, 2, `protocol version ${protocolVersion}`, 'PS3.8 section 9.3.2');
  }
  if (applicationContexts.length !== 1 || applicationContexts[0] !== dicomApplicationContext) {
    return refusal(
      1,
      1,
      2,
      'an application context other than that of DICOM',
      'PS3.8 section 9.3.2.1',
    );
  }
  if (!isAeTitle(trimTitle(request.calledAeTitle))) {
    return refusal(1, 1, 7, 'a called AE title that is none', 'PS3.5 section 6.2');
  }
  if (!isAeTitle(trimTitle(request.callingAeTitle))) {
    return refusal(1, 1, 3, 'a calling AE title that is none', 'PS3.5 section 6.2');
  }
  // A known kind of identity is for `admit` to look at; where it does not, no response is given: PS3.7 section
  // D.3.3.7 leaves both to an acceptor that does not support it.
  const identity = user.userIdentityType;
  if (identity !== undefined && (identity < 1 || identity > 5)) {
    return refusal(1, 2, 1, `user identity type ${identity}`, 'PS3.7 section D.3.3.7.1');
  }
  const maximum = user.maximumLength;
  if (maximum !== undefined && maximum > 0 && maximum < limits.smallestPeerPduLength) {
    return refusal(
      1,
      1,
      1,
      `a maximum length of ${maximum}, too short for a command`,
      'PS3.8 section D.1',
    );
  }
  return undefined;
}

/** A title without what is not significant: spaces around it, and the NULs some senders pad with. */
export function trimTitle(title: string): string {
  return title.replace(/[ \0]+$/, '').replace(/^ +/, '');
}

/** A title for the event log: what is not printable, and the backslash, as `\xNN`. */
export function showTitle(title: string): string {
  return trimTitle(title).replaceAll(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The contexts of a request that are worth an answer, cleared of transfer syntaxes that are no UIDs. */
export function plausibleContexts({
  contexts,
  user,
}: AssociateRequest): readonly ProposedContext[] {
  const roleless = new Set(
    user.roles.filter(({ scu, scp }) => !scu && !scp).map(({ sopClassUid }) => sopClassUid),
  );
  return contexts
    .filter(({ abstractSyntax }) => isUid(abstractSyntax) && !roleless.has(abstractSyntax))
    .map((context) => ({
      ...context,
      transferSyntaxes: context.transferSyntaxes.filter((uid) => isUid(uid)),
    }));
}

/**
 * The result for every context proposed, in the peer's order (PS3.8 section 9.3.3.2): what was decided, where
 * that is possible, else abstract-syntax-not-supported or transfer-syntaxes-not-supported.
 */
export function answerContexts(
  proposed: readonly ProposedContext[],
  plausible: readonly ProposedContext[],
  decided: readonly NegotiatedContext[],
): readonly NegotiatedContext[] {
  const offers = new Map(plausible.map((context) => [context.id, context.transferSyntaxes]));
  const decisions = new Map(decided.map((context) => [context.id, context]));
  return proposed.map(({ id }) => {
    const decision = decisions.get(id);
    const offered = offers.get(id);
    if (!decision || !offered) return { id, result: 3 };
    if (decision.result !== 0) return { id, result: decision.result };
    const isOffered = offered.includes(decision.transferSyntax ?? '');
    return isOffered ? decision : { id, result: 4 };
  });
}

/**
 * The role selections to answer with: those of what was decided that the peer has proposed. Where none is answered
 * the usual roles hold: the peer is SCU, we are SCP (PS3.7 section D.3.3.4.2).
 */
export function answerRoles(
  proposed: readonly Role[],
  decided: readonly Role[] = [],
): readonly Role[] {
  const proposals = new Map(proposed.map((role) => [role.sopClassUid, role]));
  const granted = decided.map((role): Role => {
    const proposal = proposals.get(role.sopClassUid);
    const scu = role.scu && proposal?.scu === true;
    const scp = role.scp && proposal?.scp === true;
    return { sopClassUid: role.sopClassUid, scu, scp };
  });
  return granted.filter(({ scu, scp }) => scu || scp);
}

/** A context on which messages may come or, as its roles say, go. */
export function acceptedContext(
  id: number,
  abstractSyntax: string,
  transferSyntax: string,
  roles: readonly Role[],
): AcceptedContext {
  const role = roles.find(({ sopClassUid }) => sopClassUid === abstractSyntax);
  const peerRole = role && { scu: role.scu, scp: role.scp };
  return { id, abstractSyntax, transferSyntax, ...(peerRole && { peerRole }) };
}

function refusal(
  result: number,
  source: number,
  reason: number,
  why: string,
  clause: string,
): Refusal {
  return { rejection: { result, source, reason }, why, clause };
}
