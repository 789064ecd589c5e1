import { sopClassName } from './presentation-contexts.ts';
import { subjectOf } from './tls/certificate.ts';
import type { TlsInfo } from './tls/tls-info.ts';
import { findTransferSyntax } from './transfer-syntaxes.ts';

/** What two sides have agreed on, whoever called, as `production associations` shows it. */
export interface ShownTerms {
  /** The contexts accepted; a name where there is one, else the UID. */
  readonly contexts: readonly { readonly sopClass: string; readonly transferSyntax: string }[];
  /** The software of the peer, as it calls itself (PS3.7 section D.3.3.2). */
  readonly implementation?: string;
  readonly tls?: {
    /** `TLSv1.3`. */
    readonly version: string;
    readonly cipherSuite: string;
    readonly subject?: string;
    readonly fingerprint?: string;
  };
}

/** What two sides have agreed on, in words and names. */
export function shownTerms(terms: {
  readonly contexts: readonly {
    readonly abstractSyntax: string;
    readonly transferSyntax: string;
  }[];
  readonly implementation: string | undefined;
  readonly tls: TlsInfo | undefined;
}): ShownTerms {
  const { contexts, implementation, tls } = terms;
  const certificate = tls?.certificate;
  return {
    contexts: contexts.map(({ abstractSyntax, transferSyntax }) => ({
      sopClass: sopClassName(abstractSyntax) ?? abstractSyntax,
      transferSyntax: findTransferSyntax(transferSyntax)?.keyword ?? transferSyntax,
    })),
    // It is shown on terminals, and a peer may write what it likes.
    ...(implementation === undefined
      ? {}
      : { implementation: implementation.replaceAll(/[^\x20-\x7e]/g, '?') }),
    ...(tls && {
      tls: {
        version: tls.version,
        cipherSuite: tls.cipherSuite,
        ...(certificate && {
          subject: subjectOf(certificate),
          fingerprint: certificate.fingerprint256,
        }),
      },
    }),
  };
}
