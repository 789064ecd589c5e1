import type { ContextRule } from '../presentation-contexts.ts';
import { negotiate } from '../presentation-contexts.ts';
import { contextRules } from '../read-association-file.ts';
import type { ServiceClassName } from '../service-classes.ts';
import { knownSopClasses, serviceClassOf, sopClassName } from '../sop-classes.ts';
import type { TcpServiceSettings } from '../tcp-service.ts';
import { transferSyntaxes } from '../transfer-syntaxes.ts';

/** A SOP class that is accepted as SCP, and in which transfer syntaxes. */
export interface Claim {
  readonly sopClass: string;
  /** Its keyword; a class that is not in the table has none. */
  readonly keyword?: string;
  readonly serviceClass?: ServiceClassName;
  /** UIDs, the one that is chosen before the others first. */
  readonly transferSyntaxes: readonly string[];
}

/** What is accepted of some callers. */
export interface CallerTerms {
  /** Calling AE titles; `*` is any. */
  readonly callers: readonly string[];
  readonly serviceClasses: readonly ServiceClassName[];
  readonly claims: readonly Claim[];
  /** SOP classes that are looked at and not accepted. */
  readonly refused: readonly string[];
  /** Whether a private SOP class is accepted, for storage. */
  readonly takesPrivate: boolean;
}

/**
 * What `dicom.tcp-service` accepts, by its settings: every SOP class and transfer syntax that is known is put to
 * `negotiate`, which the gate asks about each association too.
 * @param origin where the operator has set the presentation contexts
 * @throws EngineError ASSOCIATION_FILE_UNFIT
 */
export async function termsOfCallers(
  settings: TcpServiceSettings,
  origin: string,
): Promise<readonly CallerTerms[]> {
  const { remoteAet, peers = [], serviceClasses } = settings;
  const rules = await contextRules(settings.presentationContexts, origin);
  const own = peers.filter((peer) => peer.serviceClasses ?? peer.presentationContexts);
  const ownTitles = new Set(own.map(({ aet }) => aet));
  const others = [...remoteAet, ...peers.map(({ aet }) => aet)].filter(
    (title) => !ownTitles.has(title),
  );
  return [
    ...(others.length > 0 ? [termsOf([...new Set(others)], serviceClasses, rules)] : []),
    ...own.map((peer) =>
      termsOf(
        [peer.aet],
        peer.serviceClasses ?? serviceClasses,
        peer.presentationContexts ?? rules,
      ),
    ),
  ];
}

/** A UID that is nobody's in particular, and not the standard's (PS3.5 annex B). */
const privateSopClass = '2.25.1';

function termsOf(
  callers: readonly string[],
  serviceClasses: readonly ServiceClassName[],
  rules: readonly ContextRule[] | undefined,
): CallerTerms {
  const named = (rules ?? []).map(({ sopClass }) => sopClass).filter((uid) => uid !== '*');
  const syntaxes = [
    ...new Set([
      ...transferSyntaxes.keys(),
      ...(rules ?? []).flatMap((rule) => rule.transferSyntaxes ?? []),
    ]),
  ];
  const accepted = (sopClass: string) => acceptedOf(sopClass, syntaxes, rules, serviceClasses);
  const all = [...new Set([...knownSopClasses, ...named])].map((sopClass) => ({
    sopClass,
    transferSyntaxes: accepted(sopClass),
  }));
  return {
    callers,
    serviceClasses,
    claims: all.flatMap(({ sopClass, transferSyntaxes: taken }) => {
      if (taken.length === 0) return [];
      const keyword = sopClassName(sopClass);
      const serviceClass = serviceClassOf(sopClass);
      return {
        sopClass,
        ...(keyword === undefined ? {} : { keyword }),
        ...(serviceClass === undefined ? {} : { serviceClass }),
        transferSyntaxes: taken,
      };
    }),
    refused: all.flatMap(({ sopClass, transferSyntaxes: taken }) =>
      taken.length === 0 ? [sopClass] : [],
    ),
    takesPrivate: accepted(privateSopClass).length > 0,
  };
}

/** Offers all, then all but the one that was chosen, and so on: in the order in which they are preferred. */
function acceptedOf(
  abstractSyntax: string,
  offered: readonly string[],
  rules: readonly ContextRule[] | undefined,
  serviceClasses: readonly ServiceClassName[],
): readonly string[] {
  const left = new Set(offered);
  const taken: string[] = [];
  for (;;) {
    const proposed = [{ id: 1, abstractSyntax, transferSyntaxes: [...left] }];
    const [answer] = negotiate(proposed, rules, serviceClasses);
    if (answer?.result !== 0) return taken;
    taken.push(answer.transferSyntax);
    left.delete(answer.transferSyntax);
  }
}
