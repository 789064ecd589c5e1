import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority that lasts as long as its test. */
export interface TestAuthority {
  /** Its certificate, in PEM. */
  readonly file: string;
  /** Writes `NAME.crt` and `NAME.key`, an EC key unless told otherwise. */
  issue(name: string, wishes?: CertificateWishes): CertificateFiles;
  /** Writes the list of the certificates that are revoked, by their names. */
  revoke(names: readonly string[]): string;
}

/** Where a certificate and its key are. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is to be like. */
export interface CertificateWishes {
  /** Default: the name. */
  readonly commonName?: string;
  /** Default: localhost. */
  readonly dnsName?: string;
  /** Days from now; default 30. A negative one has expired. */
  readonly days?: number;
  readonly rsa?: true;
  /** Its only extended key usage. */
  readonly use?: 'serverAuth' | 'clientAuth';
  /** Encrypts the key. */
  readonly passphrase?: string;
  /** Signed by its own key, not by the authority. */
  readonly selfSigned?: true;
}

/** Makes an authority in a folder, `NAME-ca.crt`, for 30 days unless told otherwise. Nobody should trust it. */
export function makeAuthority(
  folder: string,
  name = 'test',
  { days: ownDays = 30 }: Pick<CertificateWishes, 'days'> = {},
): TestAuthority {
  const { privateKey, publicKey } = keyPair();
  const subject = nameOf(`${name} CA`);
  const caUsage = [
    extension('2.5.29.19', sequence(tlv(0x01, Buffer.from([0xff])))),
    extension('2.5.29.15', tlv(0x03, Buffer.from([1, 0x06]))), // Signs certificates and lists.
  ];
  const file = join(folder, `${name}-ca.crt`);
  const own = { subject, issuer: subject, publicKey, days: ownDays, extensions: caUsage };
  writeFileSync(file, certificate({ ...own, serial: randomBytes(8) }, privateKey));
  const serials = new Map<string, Buffer>();

  return {
    file,
    issue(issued, wishes = {}) {
      const { commonName = issued, dnsName = 'localhost', days = 30, passphrase } = wishes;
      const pair = wishes.rsa ? rsaPair() : keyPair();
      const files = { cert: join(folder, `${issued}.crt`), key: join(folder, `${issued}.key`) };
      const names = sequence(
        tlv(0x82, Buffer.from(dnsName)),
        tlv(0x87, Buffer.from([127, 0, 0, 1])),
      );
      const serial = randomBytes(8);
      serials.set(issued, serial);
      const content = {
        serial,
        subject: nameOf(commonName),
        issuer: wishes.selfSigned ? nameOf(commonName) : subject,
        publicKey: pair.publicKey,
        days,
        extensions: [
          extension('2.5.29.17', names),
          ...(wishes.use ? [extension('2.5.29.37', sequence(identifier(uses[wishes.use])))] : []),
        ],
      };
      const signer = wishes.selfSigned ? pair.privateKey : privateKey;
      writeFileSync(files.cert, certificate(content, signer));
      const how = { type: 'pkcs8', format: 'pem' } as const;
      writeFileSync(
        files.key,
        pair.privateKey.export(passphrase ? { ...how, cipher: 'aes-256-cbc', passphrase } : how),
      );
      return files;
    },
    revoke(names) {
      const revoked = names.map((revokedName) =>
        sequence(tlv(0x02, positive(serials.get(revokedName)!)), time(-1)),
      );
      const list = sequence(
        tlv(0x02, Buffer.from([1])),
        algorithmOf(privateKey),
        subject,
        time(-1),
        time(30),
        ...(revoked.length > 0 ? [sequence(...revoked)] : []),
      );
      const path = join(folder, `${name}.crl`);
      writeFileSync(path, pem('X509 CRL', signed(list, privateKey)));
      return path;
    },
  };
}

/** RFC 5280 section 4.2.1.12. */
const uses = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

interface Content {
  readonly serial: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

/** RFC 5280 section 4.1, version 3. */
function certificate(content: Content, signer: KeyObject): string {
  const { serial, subject, issuer, publicKey, days, extensions } = content;
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, positive(serial)),
    algorithmOf(signer),
    issuer,
    sequence(time(Math.min(-1, days - 1)), time(days)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  );
  return pem('CERTIFICATE', signed(body, signer));
}

function signed(body: Buffer, signer: KeyObject): Buffer {
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)]);
  return sequence(body, algorithmOf(signer), tlv(0x03, signature));
}

/** ECDSA or RSA, with SHA-256. */
function algorithmOf({ asymmetricKeyType }: KeyObject): Buffer {
  return asymmetricKeyType === 'rsa'
    ? sequence(identifier('1.2.840.113549.1.1.11'), tlv(0x05, Buffer.alloc(0)))
    : sequence(identifier('1.2.840.10045.4.3.2'));
}

function nameOf(commonName: string): Buffer {
  const pair = sequence(identifier('2.5.4.3'), tlv(0x0c, Buffer.from(commonName)));
  return sequence(tlv(0x31, pair));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(identifier(oid), tlv(0x04, value));
}

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]/g, '');
  return tlv(0x17, Buffer.from(`${text.slice(2, 14)}Z`));
}

function identifier(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const bytes = rest.flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return tlv(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function positive(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1]), bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

/** Tag, length, value (X.690 section 8.1). */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), value]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

let rsa: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined;

/** One for all: it takes long to make. */
function rsaPair() {
  return (rsa ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));
}
