import { EngineError, type Host } from '@consort/core';
import { statusHex } from '@consort/dicom';
import { z } from 'zod';
import { tlsOfOperation } from './tls-of-peer.ts';

/** What `dicom.tcp-operation` guarantees of its settings. */
const peer = z.object({
  host: z.string(),
  port: z.int(),
  localAet: z.string(),
  remoteAet: z.string(),
  tls: z
    .object({
      cert: z.string(),
      key: z.string(),
      passphrase: z.string().exactOptional(),
      ca: z.string(),
      crl: z.string().exactOptional(),
      serverName: z.string().exactOptional(),
    })
    .optional(),
});

/** PS3.4 annex A: the Verification SOP class, in Implicit VR Little Endian, which every peer knows. */
const verification = {
  abstractSyntax: '1.2.840.10008.1.1',
  transferSyntaxes: ['1.2.840.10008.1.2'],
} as const;

/**
 * Asks the peer of an operation whether it is there (C-ECHO), by the operation's own settings, TLS included.
 * @param patience milliseconds that each step may take; default: those of any association
 * @throws EngineError STATUS_ILLEGAL where it has none, and what `requestAssociation` throws
 */
export async function echoOperation(
  { name, settings, origins }: Host,
  patience?: number,
): Promise<{ readonly peer: string; readonly status: string; readonly milliseconds: number }> {
  const found = peer.safeParse(settings);
  if (!found.success) {
    throw new EngineError('STATUS_ILLEGAL', `${name} has no DICOM peer that could be asked`);
  }
  const { host, port, localAet, remoteAet, tls } = found.data;
  const { requestAssociation } = await import('@consort/dicom/requester');
  const begin = performance.now();
  const association = await requestAssociation({
    host,
    port,
    calledAeTitle: remoteAet,
    callingAeTitle: localAet,
    contexts: [verification],
    ...(tls && { tls: await tlsOfOperation(tls, origins['tls'] ?? name) }),
    ...(patience !== undefined && {
      timeouts: { connect: patience, accept: patience, response: patience, release: patience },
    }),
  });
  const status = await association.echo();
  await association.release().catch(() => association.abort());
  return {
    peer: `${remoteAet}@${host}:${port}`,
    status: statusHex(status),
    milliseconds: Math.round(performance.now() - begin),
  };
}
