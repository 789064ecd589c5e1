import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import {
  connect as connectPlain,
  createServer as createPlainServer,
  type AddressInfo,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { makeAuthority, startParrot, words, type CertificateFiles } from '@consort/testing/consort';
import { afterAll, describe, expect, it } from 'vitest';
import { requestAssociation, type AssociationRequest } from '../association/request-association.ts';
import { openDoor, type DoorHandlers, type DoorOptions, type Ending } from '../gate/door.ts';
import { startService } from '../tcp-service.fixture.ts';
import type { Credentials } from './read-credentials.ts';

const folder = await mkdtemp(join(tmpdir(), 'consort-tls-'));
afterAll(() => rm(folder, { recursive: true }));

const authority = makeAuthority(folder);
const other = makeAuthority(folder, 'other');
const server = authority.issue('server');
const client = authority.issue('client', { commonName: 'CT Scanner 1', dnsName: 'ct1.example' });
const tls = { ...server, ca: authority.file };

const verification = {
  abstractSyntax: '1.2.840.10008.1.1',
  transferSyntaxes: ['1.2.840.10008.1.2'],
};

function credentials({ cert, key }: CertificateFiles, ca = authority.file): Credentials {
  return { cert: readFileSync(cert), key: readFileSync(key, 'utf8'), ca: readFileSync(ca) };
}

/** Asks for an association as PARROT and releases it; what it threw, `accepted` when nothing. */
async function ask(
  port: number,
  files: CertificateFiles | undefined,
  more: Partial<AssociationRequest> & { readonly ca?: string; readonly serverName?: string } = {},
): Promise<string> {
  const { ca, serverName, ...request } = more;
  try {
    const association = await requestAssociation({
      host: '127.0.0.1',
      port,
      callingAeTitle: 'PARROT',
      calledAeTitle: 'CONSORT',
      contexts: [verification],
      ...(files && {
        tls: { credentials: () => credentials(files, ca), ...(serverName && { serverName }) },
      }),
      ...request,
    });
    await association.echo();
    await association.release();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
}

/** Begins a handshake as the openest of clients would try it. */
function connectAs(port: number, options: ConnectionOptions = {}): TLSSocket {
  const { cert, key, ca } = credentials(client);
  return connect({ port, host: '127.0.0.1', cert, key, ca, servername: 'localhost', ...options });
}

/** Its error code, or what came about. */
async function shake(port: number, options: ConnectionOptions): Promise<string> {
  const socket = connectAs(port, options);
  try {
    await once(socket, 'secureConnect');
    return `${socket.getProtocol()} ${socket.getCipher().standardName}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

/** A peer that answers whatever comes with these bytes. */
async function startAcceptor(answer: Buffer) {
  const acceptor = createPlainServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(answer));
  });
  acceptor.listen(0, '127.0.0.1');
  await once(acceptor, 'listening');
  const { port } = acceptor.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void acceptor.close() };
}

/** A door that speaks TLS and lets everybody in. */
async function startTlsDoor(
  given: () => Credentials,
  more: Pick<DoorOptions, 'limits'> & Partial<Pick<DoorHandlers, 'ended'>> = {},
) {
  const { limits = {}, ended = () => undefined } = more;
  const tlsOptions = { credentials: given, clientCertificate: 'required' } as const;
  const options = { interface: '127.0.0.1', port: 0, maxAssociations: 1, limits, tls: tlsOptions };
  const door = await openDoor(options, {
    admit: () => ({ accept: [] }),
    store: () => Promise.reject(new Error('nothing is stored')),
    ended,
  });
  return { port: door.port, [Symbol.asyncDispose]: () => door.close(0) };
}

describe('dicom.tcp-service with tls', () => {
  it('takes an association over TLS from who has a certificate of its CA', async () => {
    await using service = await startService({ tls });
    expect(await ask(service.port, client)).toBe('accepted');
    expect(service.events).toEqual([]);
  });

  it.each([
    ['ECDHE-ECDSA-AES128-GCM-SHA256', /^TLSv1\.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256$/],
    ['ECDHE-ECDSA-AES256-GCM-SHA384', /^TLSv1\.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384$/],
    ['ECDHE-RSA-AES128-GCM-SHA256', /^TLSv1\.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256$/],
    ['ECDHE-RSA-AES256-GCM-SHA384', /^TLSv1\.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384$/],
    ['AES256-GCM-SHA384', /HANDSHAKE_FAILURE$/], // RSA key exchange.
    ['ECDHE-RSA-AES256-SHA384', /HANDSHAKE_FAILURE$/], // CBC.
    ['DHE-RSA-AES256-GCM-SHA384', /HANDSHAKE_FAILURE$/],
  ])('answers %s under TLS 1.2 as the profile says', async (ciphers, outcome) => {
    const files = ciphers.includes('ECDSA') ? server : authority.issue('rsa', { rsa: true });
    await using service = await startService({ tls: { ...tls, ...files } });
    expect(await shake(service.port, { maxVersion: 'TLSv1.2', ciphers })).toMatch(outcome);
  });

  it('speaks TLS 1.3 where the peer has it, and no TLS before 1.2', async () => {
    await using service = await startService({ tls });
    expect(await shake(service.port, {})).toMatch(/^TLSv1\.3 /);
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
      expect(await shake(service.port, options)).toMatch(/PROTOCOL_VERSION$/);
    }
    await service.said(/127\.0\.0\.1 ended: TLS: the peer has no TLS version from 1\.2 on/);
  });

  it.each([
    ['has expired', () => authority.issue('old', { days: -2 }), /certificate has expired/],
    ['is self-signed', () => authority.issue('self', { selfSigned: true }), /is self-signed/],
    ['comes from another CA', () => other.issue('foreign'), /comes from no CA of the file/],
  ])('refuses a certificate that %s, and says so', async (_, issue, warning) => {
    await using service = await startService({ tls });
    expect(await ask(service.port, issue())).toMatch(/TLS_FAILED|ASSOCIATION_ABORTED|closed/);
    expect(await service.said(warning)).toMatchObject({
      type: 'Warning',
      code: 'ASSOCIATION_REFUSED',
    });
  });

  it('refuses a revoked certificate, and takes the others', async () => {
    const crl = authority.revoke(['client']);
    await using service = await startService({ tls: { ...tls, crl } });
    expect(await ask(service.port, authority.issue('honest'))).toBe('accepted');
    expect(await ask(service.port, client)).not.toBe('accepted');
    await service.said(/certificate is revoked/);
  });

  it('refuses who has no certificate, unless none is asked for', async () => {
    await using strict = await startService({ tls });
    const bare = { cert: undefined, key: undefined } as unknown as ConnectionOptions;
    await shake(strict.port, { ...bare, maxVersion: 'TLSv1.2' });
    await strict.said(/the peer gave no certificate/);
    await using open = await startService({ tls: { ...tls, clientCertificate: 'none' } });
    expect(await shake(open.port, bare)).toMatch(/^TLSv1\.3 /);
  });

  it('ends a plain association at once, and says what came', async () => {
    await using service = await startService({ tls });
    await using parrot = await startParrot(service.port);
    await parrot.say(words.associateRequest());
    await parrot.hearRest();
    expect(await ask(service.port, undefined)).toMatch(
      /closed the connection instead of answering .*; it may speak TLS only/,
    );
    await service.said(/what came is no TLS: the peer speaks plain DICOM/);
  });

  it('lets a peer that comes again take up its session, until the files are read anew', async () => {
    const current = credentials(server);
    const resumed: boolean[] = [];
    await using one = await startTlsDoor(() => current);
    let session: Buffer | undefined;
    for (const _ of ['first', 'second']) {
      const socket = connectAs(one.port, session && { session });
      socket.on('session', (ticket) => (session = ticket));
      await once(socket, 'secureConnect');
      resumed.push(socket.isSessionReused());
      // The door answers what is no PDU by an A-ABORT; the ticket has come before.
      socket.end(Buffer.alloc(10));
      await once(socket.resume(), 'close');
    }
    await using anew = await startTlsDoor(() => credentials(server));
    const elsewhere = connectAs(anew.port, { session });
    await once(elsewhere, 'secureConnect');
    resumed.push(elsewhere.isSessionReused());
    elsewhere.destroy();
    expect(resumed).toEqual([false, true, false]);
  });

  it('does not let a peer renegotiate, which TLS 1.2 has', async () => {
    await using service = await startService({ tls });
    const socket = connectAs(service.port, { maxVersion: 'TLSv1.2' });
    await once(socket, 'secureConnect');
    const refused = once(socket, 'error');
    socket.renegotiate({}, () => undefined);
    expect(await refused).toMatchObject([{ code: 'ERR_SSL_NO_RENEGOTIATION' }]);
    socket.destroy();
  });

  it('makes room for others among those who say nothing', async () => {
    await using service = await startService({ tls });
    const silent = Array.from({ length: 40 }, () => connectPlain(service.port, '127.0.0.1'));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    expect(await ask(service.port, client)).toBe('accepted');
    await service.said(/its place was needed for another connection/);
    for (const socket of silent) socket.destroy();
  });

  it('waits for a handshake as long as ARTIM allows', async () => {
    const ended = Promise.withResolvers<Ending>();
    await using door = await startTlsDoor(() => credentials(server), {
      limits: { artim: 50 },
      ended: (_, how) => ended.resolve(how),
    });
    const silent = connectPlain(door.port, '127.0.0.1');
    expect(await ended.promise).toEqual({
      kind: 'silent',
      reason: 'no complete TLS handshake in 0.05 s',
    });
    silent.destroy();
  });

  it('binds a certificate to calling AE titles, by name or fingerprint', async () => {
    const { fingerprint256 } = new X509Certificate(readFileSync(client.cert));
    const names = [
      'CT Scanner 1',
      'CT1.example',
      fingerprint256,
      fingerprint256.replaceAll(':', '').toLowerCase(),
    ];
    for (const certificate of names) {
      const aeTitles = [{ certificate, remoteAet: 'PARROT' }];
      await using service = await startService({ remoteAet: '*', tls: { ...tls, aeTitles } });
      expect(await ask(service.port, client)).toBe('accepted');
      const foreign = { callingAeTitle: 'CT2' };
      expect(await ask(service.port, client, foreign)).toMatch(/1 .*3 \(calling-AE-title-not-rec/);
      const { text } = await service.said(/may not use this calling AE title/);
      expect(text).toContain(`(CN=CT Scanner 1, SHA-256 ${fingerprint256})`);
      expect(text).toContain(
        `production.yaml:tls: aeTitles: [{ certificate: "${fingerprint256}", remoteAet: CT2 }]`,
      );
      expect(await ask(service.port, authority.issue('stranger'))).toMatch(/calling-AE-title/);
    }
  });
});

describe('dicom.tcp-service without tls', () => {
  it('ends a TLS ClientHello at once, and says what came', async () => {
    await using service = await startService();
    expect(await ask(service.port, client)).toMatch(/TLS_FAILED|no TLS connection/);
    await service.said(/a TLS ClientHello where plain DICOM is spoken/);
  });
});

describe('a request for an association without TLS', () => {
  it('says that the peer speaks TLS, where it says so by an alert', async () => {
    await using acceptor = await startAcceptor(Buffer.from([0x15, 3, 3, 0, 2, 2, 70]));
    expect(await ask(acceptor.port, undefined)).toMatch(
      /CONSORT at 127\.0\.0\.1:\d+ speaks TLS, and was asked for an association without/,
    );
  });
});

describe('a request for an association over TLS', () => {
  it('is not made to a peer whose certificate has another name, another CA or has expired', async () => {
    const wrong = authority.issue('wrong', { dnsName: 'pacs.example' });
    await using service = await startService({ tls: { ...tls, ...wrong } });
    const named = { host: 'localhost' };
    expect(await ask(service.port, client, named)).toMatch(/is for another name; write/);
    expect(await ask(service.port, client, { ...named, serverName: 'pacs.example' })).toBe(
      'accepted',
    );
    expect(await ask(service.port, client, { ca: other.file })).toMatch(/comes from no CA/);
    await using old = await startService({
      tls: { ...tls, ...authority.issue('gone', { days: -2 }) },
    });
    expect(await ask(old.port, client)).toMatch(/certificate has expired/);
    expect(old.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', code: 'CERTIFICATE_EXPIRES' }),
    );
  });

  it('takes up the session of the one before', async () => {
    const { cert, key, ca } = credentials(server);
    const resumed: boolean[] = [];
    // A peer's TLS, which says Goodbye to whatever is asked.
    const peer = createServer({ cert, key, ca, requestCert: true }, (socket) => {
      resumed.push(socket.isSessionReused());
      socket.on('error', () => undefined).once('data', () => socket.end());
    });
    peer.listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const { port } = peer.address() as AddressInfo;
    const current = credentials(client);
    for (const _ of ['first', 'second']) {
      expect(await ask(port, client, { tls: { credentials: () => current } })).toMatch(
        /closed the connection/,
      );
    }
    peer.close();
    expect(resumed).toEqual([false, true]);
  });

  it('fails with the reason where the peer wants another certificate of us', async () => {
    await using service = await startService({ tls });
    expect(await ask(service.port, other.issue('mine'))).toMatch(/may not take our certificate/);
  });
});

describe('watchCredentials', () => {
  it('takes new files without a restart, and keeps the old ones while the new cannot be used', async () => {
    const live = { cert: join(folder, 'live.crt'), key: join(folder, 'live.key') };
    await copyFile(server.cert, live.cert);
    await copyFile(server.key, live.key);
    await using service = await startService({ tls: { ...live, ca: authority.file } });
    const serial = () => serialSeenBy(service.port);
    const first = await serial();

    await writeFile(live.cert, 'not a certificate');
    const warned = await service.said(/live\.crt \(production\.yaml:tls\) cannot be used/);
    expect(warned).toMatchObject({ type: 'Warning', code: 'TLS_FILES_UNFIT' });
    expect(await serial()).toBe(first);

    const next = authority.issue('next');
    await rename(next.cert, live.cert);
    await rename(next.key, live.key);
    const { text } = await service.said(/new connections use the certificate of/);
    const [, secret = 'no key'] = readFileSync(live.key, 'utf8').split('\n');
    expect(text).not.toContain(secret);
    expect(await serial()).not.toBe(first);
    expect(await ask(service.port, client)).toBe('accepted');
  });

  it.each([
    ['a certificate of another key', () => ({ key: client.key }), /is not that of the key/],
    ['a file that is not there', () => ({ ca: '/nowhere/ca.crt' }), /ca\.crt .*ENOENT/],
    ['a CA file without certificates', () => ({ ca: server.key }), /no certificate in it/],
    ['a key that is none', () => ({ key: server.cert }), /holds no private key in PEM/],
    [
      'no passphrase',
      () => ({ ...authority.issue('locked', { passphrase: 'open' }) }),
      /passphrase is missing/,
    ],
  ])('does not start with %s', async (_, wrong, reason) => {
    const error: unknown = await startService({ tls: { ...tls, ...wrong() } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'TLS_FILES_UNFIT',
      message: expect.stringMatching(reason),
    });
    const [, secret = ''] = readFileSync(client.key, 'utf8').split('\n');
    expect(String(error)).not.toContain(secret);
  });

  it('opens a key with its passphrase', async () => {
    const locked = authority.issue('locked', { passphrase: 'open sesame' });
    await using service = await startService({
      tls: { ...tls, ...locked, passphrase: 'open sesame' },
    });
    expect(await ask(service.port, client)).toBe('accepted');
  });
});

async function serialSeenBy(port: number): Promise<string> {
  const { cert, key, ca } = credentials(client);
  const socket = connect({ port, host: '127.0.0.1', cert, key, ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}
