import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { EngineError } from '@consort/core';
import { readSmallFile } from '../read-small-file.ts';
import { profile } from './profile.ts';
import type { TlsFiles } from './tls-settings.ts';

/** Certificate, key and CAs, read and found to fit each other. The key is in clear: nothing prints it. */
export interface Credentials {
  /** Absent, with the key, of who calls and has no certificate. */
  readonly cert?: Buffer;
  readonly key?: string;
  readonly ca: Buffer;
  readonly crl?: Buffer;
}

/**
 * Reads the files of `tls`, and tries them together.
 * @param origin where the operator has set them
 * @throws EngineError TLS_FILES_UNFIT
 */
export async function readCredentials<T extends CallersFiles>(
  files: T,
  origin: string,
): Promise<T extends TlsFiles ? OwnCredentials : Credentials> {
  const [cert, pem, ca, crl] = await Promise.all([
    readIfNamed(files.cert, origin),
    readIfNamed(files.key, origin),
    read(files.ca, origin),
    readIfNamed(files.crl, origin),
  ]);
  const credentials: Credentials = {
    ...(cert && { cert }),
    ...(pem && { key: clearKey(pem, files, origin) }),
    ca,
    ...(crl && { crl }),
  };
  for (const [file, content] of [
    [files.cert, cert],
    [files.ca, ca],
  ] as const) {
    if (file === undefined || content?.includes('-----BEGIN CERTIFICATE-----')) continue;
    throw unfit(file, origin, 'there is no certificate in it (-----BEGIN CERTIFICATE-----)');
  }
  try {
    createSecureContext({ ...profile, ...credentials });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw unfit(
      files.cert ?? files.ca,
      origin,
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? `its first certificate is not that of the key ${files.key}`
        : `certificate, key and CAs cannot be used together (${code ?? message})`,
    );
  }
  return credentials as T extends TlsFiles ? OwnCredentials : Credentials;
}

/** Credentials with a certificate of ours. */
export type OwnCredentials = Credentials & { readonly cert: Buffer; readonly key: string };

/** The files of who calls: it may have no certificate. */
export type CallersFiles = Partial<TlsFiles> & Pick<TlsFiles, 'ca'>;

async function readIfNamed(file: string | undefined, origin: string): Promise<Buffer | undefined> {
  return file === undefined ? undefined : read(file, origin);
}

async function read(file: string, origin: string): Promise<Buffer> {
  try {
    return await readSmallFile(file);
  } catch (error) {
    throw unfit(file, origin, (error as Error).message);
  }
}

/** The key without its passphrase, which takes long to apply: once here, and not at every connection. */
function clearKey(pem: Buffer, { key: file, passphrase }: CallersFiles, origin: string): string {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // The library's own text may tell of what it tried to read.
    const remedy = pem.includes('ENCRYPTED')
      ? 'tls.passphrase is missing or does not open it'
      : 'it holds no private key in PEM';
    throw unfit(file ?? '', origin, remedy);
  }
}

function unfit(file: string, origin: string, reason: string): EngineError {
  return new EngineError('TLS_FILES_UNFIT', `${file} (${origin}) cannot be used: ${reason}`);
}
