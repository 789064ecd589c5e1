import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, Production } from '@consort/core';
import { makeAuthority, type CertificateFiles } from '@consort/testing/consort';
import { afterAll, expect, it } from 'vitest';
import { examineCertificates } from './examine-certificates.ts';
import type { Finding } from './finding.ts';

const folder = await mkdtemp(join(tmpdir(), 'consort-certificates-'));
afterAll(() => rm(folder, { recursive: true }));
const authority = makeAuthority(folder, 'test', { days: 400 });
const good = await kept(authority.issue('good', { days: 300 }));

async function kept(files: CertificateFiles): Promise<CertificateFiles> {
  await chmod(files.key, 0o600);
  return files;
}

async function look(kind: Host['kind'], tls: object): Promise<readonly Finding[]> {
  const settings = { tls: { ...good, ca: authority.file, ...tls } };
  const host = { kind, name: 'Door', settings, origins: { tls: 'production.yaml:7:12' } };
  return examineCertificates({
    location: { productionFile: '/nowhere/production.yaml', dataDirectory: '/nowhere' },
    now: new Date(),
    runs: false,
    details: new Map(),
    isDeep: false,
    production: { hosts: [host, { ...host, settings: {} }] } as unknown as Production,
  });
}

it('says until when a certificate that is in order is valid', async () => {
  expect(await look('service', {})).toEqual([
    {
      check: 'certificates',
      severity: 'fine',
      text: expect.stringMatching(
        /^CN=good of Door \(production\.yaml:7:12\) is valid until 20.*Z, issued by CN=test CA$/,
      ),
    },
  ]);
});

it.each<[string, Host['kind'], () => object | Promise<object>, Finding['severity'], RegExp]>([
  ['no file', 'service', () => ({ ca: '/nowhere/ca.crt' }), 'problem', /ca\.crt .*ENOENT/],
  [
    'the key of another certificate',
    'operation',
    () => ({ key: authority.issue('other').key }),
    'problem',
    /is not that of the key/,
  ],
  [
    'one that has expired',
    'service',
    () => kept(authority.issue('old', { days: -2 })),
    'problem',
    /CN=old in .*old\.crt of Door .* has expired on 20/,
  ],
  [
    'one that expires within 30 days',
    'operation',
    () => kept(authority.issue('short', { days: 29 })),
    'warning',
    /CN=short in .* expires on 20/,
  ],
  [
    'a CA that expires',
    'service',
    () => ({ ca: makeAuthority(folder, 'brief', { days: 10 }).file }),
    'warning',
    /CN=brief CA in .*brief-ca\.crt of Door .* expires on 20/,
  ],
  [
    'a certificate for clients only',
    'service',
    () => kept(authority.issue('caller', { days: 300, use: 'clientAuth' })),
    'problem',
    /CN=caller of Door .* serverAuth is not among/,
  ],
  [
    'a certificate for servers only',
    'operation',
    () => kept(authority.issue('called', { days: 300, use: 'serverAuth' })),
    'warning',
    /CN=called of Door .* clientAuth is not among/,
  ],
  [
    'a chain in disorder',
    'service',
    async () => {
      const cert = join(folder, 'chain.crt');
      await copyFile(good.cert, cert);
      const between = authority.issue('between', { days: 300 });
      await appendFile(cert, await readFile(between.cert));
      return { cert };
    },
    'warning',
    /CN=good in .*chain\.crt of Door .* is not issued by the certificate after it/,
  ],
  [
    'a key that everybody can read',
    'service',
    async () => {
      const key = join(folder, 'open.key');
      await writeFile(key, await readFile(good.key));
      await chmod(key, 0o644);
      return { key };
    },
    'warning',
    /open\.key of Door .* can be read by every user/,
  ],
])('finds %s', async (_, kind, wrong, severity, says) => {
  const found = await look(kind, await wrong());
  expect(found).toMatchObject([{ severity, text: expect.stringMatching(says) }]);
  expect(found[0]).toMatchObject({ meaning: expect.any(String), remedy: expect.any(String) });
});

it('takes a chain in its order', async () => {
  const cert = join(folder, 'whole.crt');
  await copyFile(good.cert, cert);
  await appendFile(cert, await readFile(authority.file));
  expect(await look('service', { cert })).toMatchObject([{ severity: 'fine' }]);
});
