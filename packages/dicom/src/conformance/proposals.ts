import { transferSyntaxes } from '../transfer-syntaxes.ts';
import type { CallerTerms } from './claims.ts';

/** A presentation context to propose, and whether it has to be accepted. */
export interface Proposal {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
  readonly isClaimed: boolean;
}

/**
 * Proposals that prove what is claimed: every SOP class in every transfer syntax by itself; and what is not claimed:
 * every other SOP class, and every other transfer syntax with one SOP class of those that are accepted alike.
 */
export function proposalsFor({ claims, refused }: CallerTerms): readonly Proposal[] {
  const claimed = claims.flatMap(({ sopClass, transferSyntaxes: taken }) =>
    taken.map((uid) => proposal(sopClass, [uid], true)),
  );
  const alike = new Map(claims.map((claim) => [claim.transferSyntaxes.join(' '), claim]));
  const otherSyntaxes = [...alike.values()].flatMap(({ sopClass, transferSyntaxes: taken }) =>
    [...transferSyntaxes.keys()]
      .filter((uid) => !taken.includes(uid))
      .map((uid) => proposal(sopClass, [uid], false)),
  );
  const otherClasses = refused.map((sopClass) => proposal(sopClass, known, false));
  return [...claimed, ...otherSyntaxes, ...otherClasses];
}

// What every peer has to take (PS3.5 section 10.1). All of them, 128 times, would be too long for one request.
const known = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'];

function proposal(
  abstractSyntax: string,
  proposed: readonly string[],
  isClaimed: boolean,
): Proposal {
  return { abstractSyntax, transferSyntaxes: proposed, isClaimed };
}
