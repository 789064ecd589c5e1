import { createPrivateKey, X509Certificate } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { EngineError, type EventLog } from '@consort/core';
import type { TlsFiles } from './tls-settings.ts';
import { profile } from './profile.ts';

/** Certificate, key and CAs, read and found to fit each other. The key is in clear: nothing prints it. */
export interface Credentials {
  readonly cert: Buffer;
  readonly key: string;
  readonly ca: Buffer;
  readonly crl?: Buffer;
}

/** Credentials that follow their files. */
export interface WatchedCredentials {
  /** Those for a new connection. */
  current(): Credentials;
  close(): void;
}

/** Milliseconds between two looks at the files. */
const every = 2_000;
/** Bytes; a bundle of all public CAs has a quarter of that. */
const largest = 1024 * 1024;
const soon = 14 * 86_400_000;

/**
 * Reads the files and looks at them again every two seconds. What has changed is taken once it has stayed the same
 * for one look, so that a pair is not read half-replaced; what cannot be used leaves the old ones in force, with a
 * Warning.
 * @param origin where the operator has set them
 * @throws EngineError TLS_FILES_UNFIT
 */
export async function watchCredentials(
  files: TlsFiles,
  origin: string,
  { log }: EventLog,
): Promise<WatchedCredentials> {
  let seen = await signatureOf(files);
  let taken = seen;
  let current = await readCredentials(files, origin);
  warnOfEnd(current, files, log);
  let isLooking = false;

  async function look(): Promise<void> {
    const now = await signatureOf(files);
    const hasSettled = now === seen;
    seen = now;
    if (!hasSettled || now === taken) return;
    taken = now;
    try {
      current = await readCredentials(files, origin);
      log({
        type: 'Info',
        code: 'TLS_FILES_TAKEN',
        text: `new connections use the certificate of ${files.cert} as it is now, valid until ${endOf(current)}`,
      });
      warnOfEnd(current, files, log);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const text = `${reason}; the certificate that was read before stays in force`;
      log({ type: 'Warning', code: 'TLS_FILES_UNFIT', text });
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => (isLooking = false));
  }, every);
  return { current: () => current, close: () => clearInterval(timer) };
}

async function readCredentials(files: TlsFiles, origin: string): Promise<Credentials> {
  const [cert, pem, ca, crl] = await Promise.all([
    read(files.cert, origin),
    read(files.key, origin),
    read(files.ca, origin),
    files.crl === undefined ? undefined : read(files.crl, origin),
  ]);
  const credentials = {
    cert,
    key: clearKey(pem, files, origin),
    ca,
    ...(crl === undefined ? {} : { crl }),
  };
  if (!cert.includes(pemBegin) || !ca.includes(pemBegin)) {
    const which = cert.includes(pemBegin) ? files.ca : files.cert;
    throw unfit(which, origin, 'there is no certificate in it (-----BEGIN CERTIFICATE-----)');
  }
  try {
    createSecureContext({ ...profile, ...credentials });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw unfit(
      files.cert,
      origin,
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? `its first certificate is not that of the key ${files.key}`
        : `certificate, key and CAs cannot be used together (${code ?? message})`,
    );
  }
  return credentials;
}

async function read(file: string, origin: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const buffer = Buffer.alloc(largest + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      if (bytesRead > largest) throw new Error(`it is larger than ${largest} bytes`);
      return Buffer.from(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unfit(file, origin, (error as Error).message);
  }
}

/** The key without its passphrase, which takes long to apply: once here, and not at every connection. */
function clearKey(pem: Buffer, { key: file, passphrase }: TlsFiles, origin: string): string {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // The library's own text may tell of what it tried to read.
    const remedy = pem.includes('ENCRYPTED')
      ? 'tls.passphrase is missing or does not open it'
      : 'it holds no private key in PEM';
    throw unfit(file, origin, remedy);
  }
}

function unfit(file: string, origin: string, reason: string): EngineError {
  return new EngineError('TLS_FILES_UNFIT', `${file} (${origin}) cannot be used: ${reason}`);
}

/** Changes whenever a file is written or another is put in its place. */
async function signatureOf({ cert, key, ca, crl }: TlsFiles): Promise<string> {
  const files = [cert, key, ca, ...(crl === undefined ? [] : [crl])];
  const signs = await Promise.all(
    files.map((file) =>
      stat(file, { bigint: true }).then(
        ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
        (error: NodeJS.ErrnoException) => error.code ?? 'unreadable',
      ),
    ),
  );
  return signs.join('; ');
}

function warnOfEnd(credentials: Credentials, { cert }: TlsFiles, log: EventLog['log']): void {
  const end = Date.parse(new X509Certificate(credentials.cert).validTo);
  if (end - Date.now() > soon) return;
  const verb = end < Date.now() ? 'has expired' : 'expires';
  const text = `our certificate ${cert} ${verb} (${endOf(credentials)}); put a new one in its place, no restart is needed`;
  log({ type: 'Warning', code: 'CERTIFICATE_EXPIRES', text });
}

function endOf({ cert }: Credentials): string {
  return new Date(new X509Certificate(cert).validTo).toISOString();
}

const pemBegin = '-----BEGIN CERTIFICATE-----';
