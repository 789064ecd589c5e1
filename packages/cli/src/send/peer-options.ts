import type { Command } from 'commander';
import type { GlobalOptions } from '../location.ts';
import type { TlsOptions } from './tls-of-peer.ts';

/** The options of the verbs that talk to a peer. */
export interface PeerOptions extends GlobalOptions, TlsOptions {
  readonly to?: string;
  readonly from?: string;
}

/** Adds them to a verb. */
export function addPeerOptions(command: Command): Command {
  const withPeer = command
    .option('--to <address>', "AET@HOST:PORT (default: the production's only DICOM service)")
    .option(
      '--from <title>',
      'the calling AE title (default: the first that service lets in, or CONSORT)',
    );
  return addTlsOptions(withPeer);
}

/** Adds those that are about TLS. */
export function addTlsOptions(command: Command): Command {
  return command
    .option('--tls-ca <file>', "speak TLS; PEM file of the CAs the peer's certificate comes from")
    .option('--tls-cert <file>', 'PEM file of our certificate, if the peer wants one')
    .option('--tls-key <file>', 'PEM file of its key; a passphrase is taken from TLS_PASSPHRASE')
    .option('--tls-server-name <name>', "the name in the peer's certificate, if not the host");
}
