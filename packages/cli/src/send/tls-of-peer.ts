import { X509Certificate } from 'node:crypto';
import { EngineError } from '@consort/core';
import type { RequesterTls } from '@consort/dicom/requester';

/** The options of a verb that speaks TLS; each means what the key of `tls` does in a production file. */
export interface TlsOptions {
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServerName?: string;
}

/** What a service has in its setting `tls`. */
export interface ServiceTls {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
  readonly ca: string;
}

/**
 * How to speak TLS with a peer, by the options alone; undefined without any: plain DICOM.
 * @throws EngineError USAGE, TLS_FILES_UNFIT
 */
export async function tlsByOptions(options: TlsOptions): Promise<RequesterTls | undefined> {
  const { tlsCa: ca, tlsCert: cert, tlsKey: key, tlsServerName: serverName } = options;
  if ([ca, cert, key, serverName].every((one) => one === undefined)) return undefined;
  if (ca === undefined) {
    throw usage(
      "--tls-ca is missing: the file of the CAs that the peer's certificate has to come from",
    );
  }
  checkPair(options);
  return requesterTls({ ca, ...ownFiles(options) }, serverName);
}

/**
 * How to speak TLS with a service of this production: as itself, with its own certificate and the CAs it trusts,
 * unless the options say otherwise.
 * @throws EngineError USAGE, TLS_FILES_UNFIT
 */
export async function tlsOfService(
  service: ServiceTls,
  options: TlsOptions,
): Promise<RequesterTls> {
  checkPair(options);
  const { cert, key, passphrase, ca } = service;
  const own = { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
  const files = {
    ca: options.tlsCa ?? ca,
    ...(options.tlsCert === undefined ? own : ownFiles(options)),
  };
  const serverName = options.tlsServerName ?? (await nameIn(service));
  return requesterTls(files, serverName);
}

/** What an operation has in its setting `tls`. */
export interface OperationTls extends ServiceTls {
  readonly crl?: string;
  readonly serverName?: string;
}

/**
 * How an operation of this production speaks TLS with its peer; its files as they are now.
 * @param origin where the operator has set them
 * @throws EngineError TLS_FILES_UNFIT
 */
export function tlsOfOperation(
  { serverName, ...files }: OperationTls,
  origin: string,
): Promise<RequesterTls> {
  return requesterTls(files, serverName, origin);
}

type Files = { readonly ca: string; readonly crl?: string } & Partial<ServiceTls>;

async function requesterTls(
  files: Files,
  serverName: string | undefined,
  origin = 'tls',
): Promise<RequesterTls> {
  // Imported here: the reading verbs need no DICOM library.
  const { readCredentials } = await import('@consort/dicom/requester');
  const credentials = await readCredentials(files, origin);
  return { credentials: () => credentials, ...(serverName === undefined ? {} : { serverName }) };
}

function ownFiles({ tlsCert: cert, tlsKey: key }: TlsOptions): Partial<ServiceTls> {
  if (cert === undefined || key === undefined) return {};
  // A secret has no place on a command line, where everybody on the machine can read it.
  const passphrase = process.env['TLS_PASSPHRASE'];
  return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
}

function checkPair({ tlsCert, tlsKey }: TlsOptions): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return;
  const [given, missing] = tlsCert === undefined ? ['key', 'cert'] : ['cert', 'key'];
  throw usage(`--tls-${given} needs --tls-${missing} beside it`);
}

/** A name that its certificate is for: its port is asked for by address. */
async function nameIn(service: ServiceTls): Promise<string | undefined> {
  const { readCredentials } = await import('@consort/dicom/requester');
  const { cert } = await readCredentials(service, 'tls');
  const { subjectAltName = '', subject } = new X509Certificate(cert);
  const name =
    /(?:DNS|IP Address):([^,"]+)/.exec(subjectAltName)?.[1] ?? /^CN=(.+)$/m.exec(subject)?.[1];
  return name?.replace('*', 'any');
}

function usage(text: string): EngineError {
  return new EngineError('USAGE', text);
}
