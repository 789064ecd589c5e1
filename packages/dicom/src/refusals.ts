import type { ServiceContext } from '@consort/core';
import type { AssociationProposal, Ending, NegotiatedContext, PeerInfo } from './gate/door.ts';
import type { Peer } from './peers/peers-setting.ts';
import { sopClassName } from './presentation-contexts.ts';
import { serviceClassOf } from './sop-classes.ts';
import type { TcpServiceSettings } from './tcp-service.ts';
import { certificateInWords } from './tls/certificate.ts';

/** Tells the operator of every refusal, with the line of the production file that would accept it. */
export interface Refusals {
  title(proposal: AssociationProposal, which: 'called' | 'calling'): void;
  /** No entry of `peers` with the calling title has the address. */
  address(proposal: AssociationProposal): void;
  /** The peer's certificate may not use its calling title, as this setting says. */
  certificate(proposal: AssociationProposal, setting: 'tls' | 'peers'): void;
  /** It is not for one of the users of `userIdentity`. */
  user(proposal: AssociationProposal, why: string): void;
  /** @param peer the entry of `peers` that it fits, if any */
  contexts(
    proposal: AssociationProposal,
    negotiated: readonly NegotiatedContext[],
    peer?: Peer,
  ): void;
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

  function remedyFor(
    result: NegotiatedContext['result'] | undefined,
    uid: string,
    peer: Peer | undefined,
  ): string {
    if (result === 4) return 'none of the transfer syntaxes offered is accepted for';
    const { presentationContexts, serviceClasses } = context.settings;
    if (peer?.presentationContexts) {
      return `to accept one, add at ${context.origin('peers')}, to presentationContexts of ${peer.aet}: - sopClass:`;
    }
    if (presentationContexts && 'file' in presentationContexts) {
      return `to accept one, add a line with its UID to ${presentationContexts.file} (${context.origin('presentationContexts')}):`;
    }
    if (presentationContexts !== undefined) {
      return `to accept one, add at ${context.origin('presentationContexts')}: - sopClass:`;
    }
    const serviceClass = serviceClassOf(uid);
    if (serviceClass === undefined) return 'no service class of ours has';
    const served = peer?.serviceClasses ?? serviceClasses;
    if (served.includes(serviceClass)) return 'mend it at the peer: no UID (PS3.5 section 9.1) is';
    const classes = [...served, serviceClass].join(', ');
    const where = peer?.serviceClasses
      ? `${context.origin('peers')}, for ${peer.aet}`
      : context.origin('serviceClasses');
    return `with a target that answers it, write at ${where}: serviceClasses: [${classes}]; it has`;
  }

  return {
    title({ peerAddress, callingAeTitle, calledAeTitle }, which) {
      const [setting, title] =
        which === 'called' ? ['localAet', calledAeTitle] : ['remoteAet', callingAeTitle];
      const known = context.settings[setting as 'localAet' | 'remoteAet'];
      const cases = known.some((one) => one.toLowerCase() === title.toLowerCase())
        ? ' (upper and lower case count)'
        : '';
      const line =
        which === 'calling' && context.settings.peers
          ? `add at ${context.origin('peers')}: - { aet: ${yaml(title)}, addresses: [${q(peerAddress)}] }`
          : `write at ${context.origin(setting)}: ${setting}: [${[...known, title].map(yaml).join(', ')}]`;
      warn(
        'ASSOCIATION_REFUSED',
        `${peerAddress} ${which} ${title}`,
        `refused ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ${which} AE title not recognized${cases}; ` +
          `to accept it, ${line}`,
        { peerAddress, callingAeTitle, calledAeTitle, setting: setting, value: title },
      );
    },

    address({ peerAddress, callingAeTitle, calledAeTitle }) {
      const entry = `- { aet: ${yaml(callingAeTitle)}, addresses: [${q(peerAddress)}] }`;
      warn(
        'ASSOCIATION_REFUSED',
        `${peerAddress} address ${callingAeTitle}`,
        `refused ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: this calling AE title may not call from this address; ` +
          `to accept it, add at ${context.origin('peers')}: ${entry}`,
        { peerAddress, callingAeTitle, calledAeTitle, setting: 'peers', value: peerAddress },
      );
    },

    certificate({ peerAddress, callingAeTitle, calledAeTitle, tls }, setting) {
      const certificate = tls?.certificate;
      const print = certificate?.fingerprint256 ?? '';
      warn(
        'ASSOCIATION_REFUSED',
        `${peerAddress} certificate ${print} ${callingAeTitle}`,
        `refused ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ` +
          (certificate
            ? `its certificate (${certificateInWords(certificate)}) may not use this calling AE title; to accept it, add at ${context.origin(setting)}: ` +
              (setting === 'tls'
                ? `aeTitles: [{ certificate: ${q(print)}, remoteAet: ${yaml(callingAeTitle)} }]`
                : `- { aet: ${yaml(callingAeTitle)}, certificate: ${q(print)} }`)
            : 'it has no certificate that could be bound to this calling AE title'),
        { peerAddress, callingAeTitle, calledAeTitle, setting, value: callingAeTitle },
      );
    },

    user({ peerAddress, callingAeTitle, calledAeTitle }, why) {
      warn(
        'ASSOCIATION_REFUSED',
        `${peerAddress} user ${callingAeTitle} ${why}`,
        `refused ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ${why}; the users are at ${context.origin('userIdentity')}`,
        { peerAddress, callingAeTitle, calledAeTitle, setting: 'userIdentity' },
      );
    },

    contexts({ peerAddress, callingAeTitle, calledAeTitle, contexts }, negotiated, peer) {
      const results = new Map(negotiated.map(({ id, result }) => [id, result]));
      const accepted = new Set(
        contexts
          .filter(({ id }) => results.get(id) === 0)
          .map(({ abstractSyntax }) => abstractSyntax),
      );
      const refused = contexts.filter(({ abstractSyntax }) => !accepted.has(abstractSyntax));
      // Many peers propose all they know: one Warning for each remedy, with all that it would accept.
      for (const [remedy, some] of Map.groupBy(refused, ({ id, abstractSyntax }) =>
        remedyFor(results.get(id), abstractSyntax, peer),
      )) {
        const uids = [...new Set(some.map(({ abstractSyntax }) => abstractSyntax))];
        const value = uids.map((uid) => sopClassName(uid) ?? uid).join(', ');
        const what = uids.length === 1 ? value : `${uids.length} SOP classes`;
        warn(
          'CONTEXT_REFUSED',
          `${peerAddress} contexts ${remedy}`,
          `refused ${what} to ${peerAddress}, calling ${q(callingAeTitle)}, called ${q(calledAeTitle)}: ${remedy} ${value}`,
          {
            peerAddress,
            callingAeTitle,
            calledAeTitle,
            setting: peer?.presentationContexts ? 'peers' : 'presentationContexts',
            value,
          },
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
