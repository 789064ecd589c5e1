import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { requestAssociation } from './association/request-association.ts';
import { readAssociationFile } from './read-association-file.ts';
import { startService } from './tcp-service.fixture.ts';

const folder = await mkdtemp(join(tmpdir(), 'consort-association-file-'));
afterAll(() => rm(folder, { recursive: true }));
const file = join(folder, 'associations.txt');

const verification = '1.2.840.10008.1.1';
const ct = '1.2.840.10008.5.1.4.1.1.2';
const mr = '1.2.840.10008.5.1.4.1.1.4';
const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';

it('reads abstract and transfer syntaxes line by line, in their order', async () => {
  await writeFile(
    file,
    `\ufeff${verification}\r\n${ct}\\${explicit}\r\n\r\n${mr}\\${implicit} \r\n${ct}\\${implicit}\r\n`,
  );
  expect(await readAssociationFile(file, 'production.yaml:1:1')).toEqual([
    { sopClass: verification },
    { sopClass: ct, transferSyntaxes: [explicit, implicit] },
    { sopClass: mr, transferSyntaxes: [implicit] },
  ]);
});

it('is what the service accepts, and says where a line is missing', async () => {
  await writeFile(file, `${verification}\n${ct}\\${implicit}\n`);
  await using service = await startService({ presentationContexts: { file } });
  const association = await requestAssociation({
    host: '127.0.0.1',
    port: service.port,
    callingAeTitle: 'PARROT',
    calledAeTitle: 'CONSORT',
    contexts: [verification, ct, mr].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [explicit, implicit],
    })),
  });
  expect(association.contexts).toMatchObject([
    { abstractSyntax: verification, transferSyntax: explicit },
    { abstractSyntax: ct, transferSyntax: implicit },
  ]);
  await association.release();
  const { text } = await service.said(/refused MRImageStorage/);
  expect(text).toContain(
    `add a line with its UID to ${file} (production.yaml:presentationContexts): MRImageStorage`,
  );
});

it.each([
  ['', /there is no line in it/],
  [`${ct}\n${ct}\\Explicit\n`, /line 2 is not of the form/],
  [`${ct}\\${implicit}\\${explicit}`, /line 1 is not of the form/],
  ['#comment', /line 1 is not of the form/],
])('refuses %j', async (content, reason) => {
  await writeFile(file, content);
  await expect(readAssociationFile(file, 'production.yaml:1:1')).rejects.toThrow(reason);
});

it('says when it is not there', async () => {
  await expect(startService({ presentationContexts: { file: '/nowhere/a.txt' } })).rejects.toThrow(
    /from \/nowhere\/a\.txt \(production\.yaml:presentationContexts\): ENOENT/,
  );
});
