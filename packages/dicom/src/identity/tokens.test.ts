import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestAssociation } from '../association/request-association.ts';
import { startService } from '../tcp-service.fixture.ts';
import { judgeToken } from './judge-token.ts';
import { openTokenKeys } from './token-keys.ts';

// Dozens of associations in one test, and others may keep the machine busy.
vi.setConfig({ testTimeout: 120_000 });

const folder = await mkdtemp(join(tmpdir(), 'consort-tokens-'));
afterAll(() => rm(folder, { recursive: true }));

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const file = join(folder, 'keys.json');
const tokens = {
  keys: file,
  issuer: 'https://idp.example',
  audience: 'consort',
  aeTitleClaim: 'ae_title',
};
const seconds = () => Math.floor(Date.now() / 1000);
const good = () => ({
  iss: 'https://idp.example',
  aud: ['pacs', 'consort'],
  exp: seconds() + 300,
  ae_title: ['CT1', 'PARROT'],
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(header: object, claims: object, signer: (signed: Buffer) => Buffer): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${signer(Buffer.from(signed)).toString('base64url')}`;
}

function ecdsa(key: KeyObject, hash = 'sha256') {
  return (signed: Buffer) => sign(hash, signed, { key, dsaEncoding: 'ieee-p1363' });
}

const byEc = (claims: object = {}, header: object = {}) =>
  token({ alg: 'ES256', kid: 'ec', ...header }, { ...good(), ...claims }, ecdsa(ec.privateKey));

/** Asks for an association with a token; what it threw, `accepted` when nothing. */
async function ask(port: number, given: string, callingAeTitle = 'PARROT'): Promise<string> {
  const [type, isResponseRequested] = [5, true];
  const primary = Buffer.from(given);
  try {
    const association = await requestAssociation({
      host: '127.0.0.1',
      port,
      callingAeTitle,
      calledAeTitle: 'CONSORT',
      contexts: [{ abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }],
      userIdentity: { type, isResponseRequested, primary, secondary: Buffer.alloc(0) },
    });
    await association.release();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
}

beforeEach(async () => {
  const named = { ec, ec384, rsa, ed };
  const keys = Object.entries(named).map(([kid, { publicKey }]) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
  }));
  await writeFile(file, JSON.stringify({ keys: [...keys, { kty: 'oct', k: 'AAAA' }] }));
});

describe('the setting userIdentity.tokens', () => {
  it('lets in who has a token of the issuer, whatever of its algorithms signed it', async () => {
    await using service = await startService({ userIdentity: { tokens } });
    const signed = [
      byEc(),
      byEc({ aud: 'consort', ae_title: 'PARROT' }, { kid: undefined }),
      token({ alg: 'ES384' }, good(), ecdsa(ec384.privateKey, 'sha384')),
      token({ alg: 'RS256' }, good(), (bytes) => sign('sha256', bytes, rsa.privateKey)),
      token({ alg: 'PS256' }, good(), (bytes) =>
        sign('sha256', bytes, { key: rsa.privateKey, padding: 6, saltLength: 32 }),
      ),
      token({ alg: 'EdDSA' }, good(), (bytes) => sign(null, bytes, ed.privateKey)),
    ];
    for (const one of signed) expect(await ask(service.port, one)).toBe('accepted');
    expect(service.events).toEqual([]);
  });

  it('B31: refuses every other token, says why, and keeps it to itself', async () => {
    await using service = await startService({ remoteAet: '*', userIdentity: { tokens } });
    const pem = ec.publicKey.export({ type: 'spki', format: 'pem' });
    const hmac = (bytes: Buffer) => createHmac('sha256', pem).update(bytes).digest();
    const [head, claims, signature] = byEc().split('.');
    const hostile: readonly [string, RegExp][] = [
      [`${part({ alg: 'none' })}.${part(good())}.`, /is no signed JSON Web Token/],
      [`${part({ alg: 'none' })}.${part(good())}.AA`, /signed by no algorithm that is taken/],
      [`${part({ alg: 'nOnE' })}.${part(good())}.AA`, /signed by no algorithm that is taken/],
      [token({ alg: 'HS256' }, good(), hmac), /signed by no algorithm that is taken/],
      [token({ alg: 'toString' }, good(), hmac), /signed by no algorithm that is taken/],
      // The public key as the secret, under the name of a signature.
      [token({ alg: 'ES256', kid: 'ec' }, good(), hmac), /no key of the file .* has signed/],
      [token({ alg: 'RS256', kid: 'ec' }, good(), ecdsa(ec.privateKey)), /names a key that/],
      [token({ alg: 'ES256' }, good(), ecdsa(stranger.privateKey)), /no key of the file/],
      [
        token(
          { alg: 'ES256', jwk: stranger.publicKey.export({ format: 'jwk' }) },
          good(),
          ecdsa(stranger.privateKey),
        ),
        /no key of the file/,
      ],
      [`${head}.${part({ ...good(), sub: 'root' })}.${signature}`, /no key of the file/],
      [`${head}.${claims}.${'A'.repeat(86)}`, /no key of the file/],
      [byEc({}, { crit: ['exp'] }), /extensions that are not known/],
      [byEc({ exp: seconds() - 61 }), /has expired/],
      [byEc({ exp: undefined }), /does not say when it expires/],
      [byEc({ exp: '9999999999' }), /does not say when it expires/],
      [byEc({ nbf: seconds() + 300 }), /is not valid yet/],
      [byEc({ nbf: 'now' }), /is not valid yet/],
      [byEc({ iss: 'https://evil.example' }), /from another issuer/],
      [byEc({ aud: 'pacs' }), /for another audience/],
      [byEc({ aud: undefined }), /for another audience/],
      [byEc({ ae_title: 'CT1' }), /is not for this calling AE title \(ae_title\)/],
      [byEc({ ae_title: undefined }), /is not for this calling AE title/],
      ['', /is no signed JSON Web Token/],
      ['a.b.c', /is no signed JSON Web Token/],
      [`${part([])}.${part({})}.AA`, /signed by no algorithm/],
      [`${head}.${claims}`, /is no signed JSON Web Token/],
      [`${head}.${claims}.${signature}.AAAA`, /is no signed JSON Web Token/],
      [`${head}.${claims}.${signature}\n`, /is no signed JSON Web Token/],
    ];
    // Each as somebody else, as one Warning a minute tells of a title and reason.
    for (const [index, [given, says]] of hostile.entries()) {
      expect(await ask(service.port, given, `T${index}`), given).toMatch(/no-reason-given/);
      const warning = await service.said(new RegExp(`calling "T${index}", `));
      expect(warning).toMatchObject({
        code: 'ASSOCIATION_REFUSED',
        text: expect.stringMatching(says),
      });
    }
    const printed = JSON.stringify(service.events);
    for (const [given] of hostile) if (given.length > 20) expect(printed).not.toContain(given);
    expect(printed).not.toMatch(/evil|root/);
  });

  it('B31: does not read a token that is longer than any', async () => {
    await using service = await startService({ userIdentity: { tokens } });
    // The longest that an item can hold; a length of more cannot be said.
    expect(await ask(service.port, 'A'.repeat(40_000))).toMatch(/aborted|closed/i);
    await service.said(/user information/);
    expect(await ask(service.port, 'A'.repeat(10_000))).toMatch(/aborted|closed/i);
    await service.said(/a user identity of 10006 bytes/);
    expect(await ask(service.port, byEc())).toBe('accepted');
  });

  it('follows the file of keys, and keeps the old ones while it cannot be used', async () => {
    await using service = await startService({ userIdentity: { tokens } });
    const next = token({ alg: 'ES256' }, good(), ecdsa(stranger.privateKey));
    await writeFile(file, 'half of a');
    expect(await ask(service.port, byEc())).toBe('accepted');
    expect(service.events).toMatchObject([{ type: 'Warning', code: 'TOKEN_KEYS_UNFIT' }]);
    await writeFile(file, stranger.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await ask(service.port, next)).toBe('accepted');
    expect(await ask(service.port, byEc())).toMatch(/no-reason-given/);
  });

  it.each([
    ['no file', undefined, /ENOENT/],
    ['no keys', '{}', /neither a JSON Web Key Set nor PEM/],
    ['secrets only', '{"keys":[{"kty":"oct","k":"AAAA"}]}', /no public key for/],
    [
      'a private key in PEM',
      ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /no public key for/,
    ],
  ])('does not start with %s', async (_, content, says) => {
    const keys = join(folder, 'unfit');
    await rm(keys, { force: true });
    if (content !== undefined) await writeFile(keys, content);
    const starting = startService({ userIdentity: { tokens: { ...tokens, keys } } });
    await expect(starting).rejects.toMatchObject({
      code: 'TOKEN_KEYS_UNFIT',
      message: expect.stringMatching(says),
    });
  });
});

it('knows the signature of RFC 7515 appendix A.3, and not one with a bit more', async () => {
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  await writeFile(file, JSON.stringify({ keys: [key] }));
  const keys = await (await openTokenKeys(file, 'here', { log: () => undefined }))();
  const example =
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
  const terms = { issuer: 'joe', audience: 'consort', clockTolerance: 0 };
  const judge = (text: string) => judgeToken(Buffer.from(text), keys, terms, 'PARROT');
  expect(judge(example)).toMatch(/another audience/);
  expect(judge(example.replace('.Dt', '.Et'))).toMatch(/no key of the file/);
});
