import { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { EventLog } from '@consort/core';
import { readCredentials, type OwnCredentials } from './read-credentials.ts';
import type { TlsFiles } from './tls-settings.ts';

/** Credentials that follow their files. */
export interface WatchedCredentials {
  /** Those for a new connection. */
  current(): OwnCredentials;
  close(): void;
}

/** Milliseconds between two looks at the files. */
const every = 2_000;
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

function warnOfEnd(credentials: OwnCredentials, { cert }: TlsFiles, log: EventLog['log']): void {
  const end = Date.parse(new X509Certificate(credentials.cert).validTo);
  if (end - Date.now() > soon) return;
  const verb = end < Date.now() ? 'has expired' : 'expires';
  const text = `our certificate ${cert} ${verb} (${endOf(credentials)}); put a new one in its place, no restart is needed`;
  log({ type: 'Warning', code: 'CERTIFICATE_EXPIRES', text });
}

function endOf({ cert }: OwnCredentials): string {
  return new Date(new X509Certificate(cert).validTo).toISOString();
}
