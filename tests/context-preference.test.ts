import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startParrot, startTestProduction, words } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';

const file = new URL('../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const ct = '1.2.840.10008.5.1.4.1.1.2';
const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';
const deflated = '1.2.840.10008.1.2.1.99';
const bigEndian = '1.2.840.10008.1.2.2';
const jpegBaseline = '1.2.840.10008.1.2.4.50';
const jpegLossless = '1.2.840.10008.1.2.4.70';
const jpeg2000Lossless = '1.2.840.10008.1.2.4.90';
const jpeg2000 = '1.2.840.10008.1.2.4.91';

// What is offered on one presentation context, and what is taken.
const offers: readonly (readonly [string, readonly string[], string])[] = [
  ['Explicit VR', [jpegBaseline, jpeg2000, explicit, implicit], explicit],
  ['JPEG baseline where nothing else is offered', [jpegBaseline], jpegBaseline],
  ['Implicit VR before what is rarer', [bigEndian, deflated, implicit], implicit],
  ['the first of other uncompressed ones', [jpegLossless, deflated, bigEndian], deflated],
  [
    'the first lossless one before a lossy one',
    [jpegBaseline, jpeg2000Lossless, jpegLossless],
    jpeg2000Lossless,
  ],
  ['the first of lossy ones', [jpeg2000, jpegBaseline], jpeg2000],
];

describeWith(['redis'], 'the transfer syntax of a presentation context', () => {
  it('is accepted so that no peer compresses because of us', async () => {
    const received = await mkdtemp(join(tmpdir(), 'consort-contexts-'));
    const port = await freePort();
    await using _ = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });

    for (const [name, transferSyntaxes, taken] of offers)
      expect(await accepted(port, [transferSyntaxes]), name).toEqual([contextItem(1, taken)]);
    // All of them in one association: each context is answered by itself.
    expect(
      await accepted(
        port,
        offers.map(([, transferSyntaxes]) => transferSyntaxes),
      ),
    ).toEqual(offers.map(([, , taken], index) => contextItem(2 * index + 1, taken)));
    await rm(received, { recursive: true });
  });
});

/** The presentation context items of the A-ASSOCIATE-AC to a peer that proposes CT on each of its contexts. */
async function accepted(
  port: number,
  contexts: readonly (readonly string[])[],
): Promise<readonly Buffer[]> {
  await using parrot = await startParrot(port);
  await parrot.say(
    words.associateRequest({
      called: 'IRIS',
      calling: 'ORTHANC',
      contexts: contexts.map((syntaxes, index) => words.context(2 * index + 1, ct, syntaxes)),
    }),
  );
  const accept = (await parrot.hear()) ?? Buffer.alloc(0);
  expect(accept[0]).toBe(0x02);
  await parrot.say(words.releaseRequest);
  const items: Buffer[] = [];
  for (let at = 74; at < accept.length;) {
    const end = at + 4 + accept.readUInt16BE(at + 2);
    if (accept[at] === 0x21) items.push(accept.subarray(at, end));
    at = end;
  }
  return items;
}

/** A presentation context item that accepts (PS3.8 section 9.3.3.2). */
function contextItem(id: number, transferSyntax: string): Buffer {
  return words.item(
    0x21,
    Buffer.concat([Buffer.of(id, 0, 0, 0), words.item(0x40, transferSyntax)]),
  );
}
