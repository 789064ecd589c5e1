import type { ServiceContext } from '@consort/core';
import type { AssociationProposal, Ending, NegotiatedContext, PeerInfo } from './gate/door.ts';
import { sopClassName } from './presentation-contexts.ts';
import { serviceClassOf } from './sop-classes.ts';
import type { TcpServiceSettings } from './tcp-service.ts';
import { certificateInWords } from './tls/certificate.ts';

/** Tells the operator of every refusal, with the line of the production file that would accept it. */
export interface Refusals {
  title(proposal: AssociationProposal, which: 'called' | 'calling'): void;
  /** The peer's certificate may not use its calling title. */
  certificate(proposal: AssociationProposal): void;
  contexts(proposal: AssociationProposal, negotiated: readonly NegotiatedContext[]): void;
  /** What the gate itself refused or cut off. */
  ended(peer: PeerInfo, how: Ending): void;
}

const quiet = 60_000;

/** Makes the log of refusals of a service: one Warning a minute for each peer and reason. */
export function refusals(context: ServiceContext<TcpServiceSettings>): Refusals {
  const last = new Map<string, number>();

  function warn(code: string, key: string, text: string, details: Record<string, string>) {
    const now = Date.now();
    if (now - (last.get(key) ?? -Infinity) < quiet) return;
    if (last.size > 10_000) last.clear(); // Bounded, whoever knocks.
    last.set(key, now);
    context.log({ type: 'Warning', code, text, details });
  }

  function remedyFor(result: NegotiatedContext['result'] | undefined, uid: string): string {
    if (result === 4) return 'none of the transfer syntaxes offered is accepted for';
    const { presentationContexts, serviceClasses } = context.settings;
    if (presentationContexts !== undefined) {
      return `to accept one, add at ${context.origin('presentationContexts')}: - sopClass:`;
    }
    const serviceClass = serviceClassOf(uid);
    if (serviceClass === undefined) return 'no service class of ours has';
    const classes = [...serviceClasses, serviceClass].join(', ');
    return `with a target that answers it, write at ${context.origin('serviceClasses')}: serviceClasses: [${classes}]; it has`;
  }

  return {
    title({ peerAddress, callingAeTitle, calledAeTitle }, which) {
      const [setting, title] =
        which === 'called' ? ['localAet', calledAeTitle] : ['remoteAet', callingAeTitle];
      const known = context.settings[setting as 'localAet' | 'remoteAet'];
      const cases = known.some((one) => one.toLowerCase() === title.toLowerCase())
        ? ' (upper and lower case count)'
        : '';
      warn(
        'ASSOCIATION_REFUSED',
        `${peerAddress} ${which} ${title}`,
        `refused ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ${which} AE title not recognized${cases}; ` +
          `to accept it, write at ${context.origin(setting)}: ${setting}: [${[...known, title].map(yaml).join(', ')}]`,
        { peerAddress, callingAeTitle, calledAeTitle, setting: setting, value: title },
      );
    },

    certificate({ peerAddress, callingAeTitle, calledAeTitle, tls }) {
      const certificate = tls?.certificate;
      const print = certificate?.fingerprint256 ?? '';
      warn(
        'ASSOCIATION_REFUSED',
        `${peerAddress} certificate ${print} ${callingAeTitle}`,
        `refused ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ` +
          (certificate
            ? `its certificate (${certificateInWords(certificate)}) may not use this calling AE title; to accept it, add at ${context.origin('tls')}: ` +
              `aeTitles: [{ certificate: ${q(print)}, remoteAet: ${yaml(callingAeTitle)} }]`
            : 'it has no certificate that could be bound to this calling AE title'),
        { peerAddress, callingAeTitle, calledAeTitle, setting: 'tls', value: callingAeTitle },
      );
    },

    contexts({ peerAddress, callingAeTitle, calledAeTitle, contexts }, negotiated) {
      const results = new Map(negotiated.map(({ id, result }) => [id, result]));
      const accepted = new Set(
        contexts
          .filter(({ id }) => results.get(id) === 0)
          .map(({ abstractSyntax }) => abstractSyntax),
      );
      const refused = contexts.filter(({ abstractSyntax }) => !accepted.has(abstractSyntax));
      // Many peers propose all they know: one Warning for each remedy, with all that it would accept.
      for (const [remedy, some] of Map.groupBy(refused, ({ id, abstractSyntax }) =>
        remedyFor(results.get(id), abstractSyntax),
      )) {
        const uids = [...new Set(some.map(({ abstractSyntax }) => abstractSyntax))];
        const value = uids.map((uid) => sopClassName(uid) ?? uid).join(', ');
        const what = uids.length === 1 ? value : `${uids.length} SOP classes`;
        warn(
          'CONTEXT_REFUSED',
          `${peerAddress} contexts ${remedy}`,
          `refused ${what} to ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ${remedy} ${value}`,
          { peerAddress, callingAeTitle, calledAeTitle, setting: 'presentationContexts', value },
        );
      }
    },

    ended(peer, how) {
      if (how.kind === 'released' || how.kind === 'rejected') return;
      warn(
        how.kind === 'refused' ? 'ASSOCIATION_REFUSED' : 'ASSOCIATION_ENDED',
        `${peer.peerAddress} ${how.kind} ${how.reason}`,
        `association with ${peer.peerAddress} ended: ${how.reason}`,
        { peerAddress: peer.peerAddress },
      );
    },
  };
}

/** A title as text: quoted, what is not printable escaped. */
function q(title: string): string {
  return JSON.stringify(title);
}

/** A title as a YAML flow scalar: plain where that is safe. */
function yaml(title: string): string {
  return /^[A-Za-z][\w .-]*$/.test(title) ? title : JSON.stringify(title);
}
