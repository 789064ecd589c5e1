import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { makeAuthority } from '@consort/testing/consort';
import { afterAll, describe, expect, it } from 'vitest';
import { requestAssociation } from '../association/request-association.ts';
import { startService } from '../tcp-service.fixture.ts';
import service from '../tcp-service.ts';
import { isWithin, readAddress } from './addresses.ts';

const ct = '1.2.840.10008.5.1.4.1.1.2';
const mr = '1.2.840.10008.5.1.4.1.1.4';
const implicit = '1.2.840.10008.1.2';

function request(port: number, callingAeTitle: string, more = {}) {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle,
    calledAeTitle: 'CONSORT',
    contexts: [ct, mr].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: [implicit] })),
    ...more,
  });
}

/** Which SOP classes are accepted, or why the association is refused. */
async function ask(port: number, callingAeTitle: string, more = {}): Promise<readonly string[]> {
  try {
    const association = await request(port, callingAeTitle, more);
    await association.release();
    return association.contexts.map(({ abstractSyntax }) => abstractSyntax);
  } catch (error) {
    return [String(error)];
  }
}

const callingRefused = [expect.stringMatching(/3 \(calling-AE-title-not-recognized\)/)];

describe('the setting peers', () => {
  it('lets in a title from its addresses only, and says which line would let it in', async () => {
    const peers = [
      { aet: 'CT1', addresses: ['10.1.0.0/16', '127.0.0.0/8'] },
      { aet: 'CT2', addresses: ['10.1.0.0/16', '192.168.1.7'] },
      { aet: 'CT3', addresses: ['localhost'] },
      { aet: 'CT4', addresses: ['no-such-host.invalid'] },
      { aet: 'CT5' },
    ];
    await using under = await startService({ remoteAet: 'PARROT', peers });
    for (const title of ['CT1', 'CT3', 'CT5', 'PARROT']) {
      expect(await ask(under.port, title)).toEqual([ct, mr]);
    }
    for (const title of ['CT2', 'CT4', 'CT9', 'ct1']) {
      expect(await ask(under.port, title)).toEqual(callingRefused);
    }
    await under.said(
      /calling "CT2", .* may not call from this address; to accept it, add at production\.yaml:peers: - { aet: CT2, addresses: \["127\.0\.0\.1"\] }/,
    );
    await under.said(
      /calling "CT9", .*not recognized; to accept it, add at production\.yaml:peers: - { aet: CT9, addresses: \["127\.0\.0\.1"\] }/,
    );
  });

  it('accepts of each peer its own presentation contexts, and of the others those of the service', async () => {
    await using under = await startService({
      presentationContexts: [{ sopClass: 'MRImageStorage' }],
      peers: [{ aet: 'CT1', presentationContexts: [{ sopClass: 'CTImageStorage' }] }],
    });
    expect(await ask(under.port, 'CT1')).toEqual([ct]);
    expect(await ask(under.port, 'PARROT')).toEqual([mr]);
    await under.said(
      /refused MRImageStorage to 127\.0\.0\.1, calling "CT1", .* add at production\.yaml:peers, to presentationContexts of CT1: - sopClass: MRImageStorage/,
    );
  });

  it('serves each peer its own service classes', async () => {
    await using under = await startService({
      peers: [{ aet: 'CT1', serviceClasses: ['verification'] }],
    });
    expect(await ask(under.port, 'PARROT')).toEqual([ct, mr]);
    expect(await ask(under.port, 'CT1')).toEqual([]);
    await under.said(
      /calling "CT1", .* write at production\.yaml:peers, for CT1: serviceClasses: \[verification, storage\]; it has CTImageStorage, MRImageStorage/,
    );
  });

  it('rejects one association more than a peer may have, whatever the others have', async () => {
    await using under = await startService({ peers: [{ aet: 'CT1', maxAssociations: 1 }] });
    const first = await request(under.port, 'CT1');
    const other = await request(under.port, 'PARROT');
    expect(await ask(under.port, 'CT1')).toEqual([
      expect.stringMatching(/2 \(rejected-transient\), 3 .*2 \(local-limit-exceeded\)/),
    ]);
    await under.said(/CT1 has as many associations as its maxAssociations allows, 1 \(production/);
    await first.release();
    while ((await ask(under.port, 'CT1')).length !== 2) continue;
    await other.release();
  });

  it('wants the certificate of the peer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-peers-'));
    afterAll(() => rm(folder, { recursive: true }));
    const authority = makeAuthority(folder);
    const [one, two] = [authority.issue('one'), authority.issue('two')];
    const tls = { ...authority.issue('server'), ca: authority.file };
    await using under = await startService({ tls, peers: [{ aet: 'CT1', certificate: 'one' }] });
    const by = ({ cert, key }: { cert: string; key: string }) => ({
      tls: {
        credentials: () => ({
          cert: readFileSync(cert),
          key: readFileSync(key, 'utf8'),
          ca: readFileSync(authority.file),
        }),
      },
    });
    expect(await ask(under.port, 'CT1', by(one))).toEqual([ct, mr]);
    expect(await ask(under.port, 'CT1', by(two))).toEqual(callingRefused);
    await under.said(/production\.yaml:peers: - { aet: CT1, certificate: "[0-9A-F:]{95}" }/);
  });

  it('is checked: what cannot be, and what is odd', () => {
    const given = { port: 1, localAet: 'CONSORT', target: 'x', maxAssociations: 2 };
    const mistakes = (settings: object) =>
      service.settings
        .safeParse({ ...given, ...settings })
        .error?.issues.map(({ message }) => message);
    expect(mistakes({})).toEqual([expect.stringMatching(/nobody may send/)]);
    expect(mistakes({ peers: [{ aet: 'A', certificate: 'a' }] })).toEqual([
      expect.stringMatching(/nobody could fit/),
    ]);
    for (const address of ['10.0.0.0/33', '10.0.0', '1.2.3.4/', '::1/129', 'a b', '-x', '']) {
      expect(mistakes({ peers: [{ aet: 'A', addresses: [address] }] })).toEqual([
        expect.stringMatching(/write an address, a network/),
      ]);
    }
    const doubts = (settings: object) =>
      service
        .check?.(service.settings.parse({ ...given, ...settings }), [])
        .map(({ message }) => message);
    expect(
      doubts({ peers: [{ aet: 'A', addresses: ['10.0.0.1', '10.1.0.0/16'] }, { aet: 'B' }] }),
    ).toEqual([]);
    expect(
      doubts({
        remoteAet: ['A', 'C'],
        peers: [
          { aet: 'A', addresses: ['10.0.0.0/8', '0.0.0.0/0'], maxAssociations: 3 },
          { aet: 'A', addresses: ['192.168.0.1', '10.1.0.0/16'] },
          { aet: 'A' },
        ],
      }),
    ).toEqual([
      expect.stringMatching(/^A may have 3 associations, and the service takes 2 in all/),
      expect.stringMatching(/^0\.0\.0\.0\/0 of A is every address/),
      expect.stringMatching(/^two entries of A have 192\.168\.0\.1; the first one counts/),
      expect.stringMatching(/^A is in peers too/),
    ]);
  });
});

describe('isWithin', () => {
  it.each([
    ['10.1.2.3', '10.1.0.0/16', true],
    ['10.2.2.3', '10.1.0.0/16', false],
    ['::ffff:10.1.2.3', '10.1.0.0/16', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.4', '10.1.2.3', false],
    ['fd00::5', 'fd00::/8', true],
    ['fe00::5', 'fd00::/8', false],
    ['10.1.2.3', '::/0', false],
    ['', '0.0.0.0/0', false],
  ])('says of %s in %s: %s', (address, network, expected) => {
    const read = readAddress(network);
    expect(read?.kind === 'network' && isWithin(address, read)).toBe(expected);
  });
});
