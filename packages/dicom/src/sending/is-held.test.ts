import { EngineError, isPermanent } from '@consort/core';
import { startParrotPort, words, type Parrot } from '@consort/testing/consort';
import { describe, expect, it } from 'vitest';
import { encodeAssociateAccept } from '../association/pdu-encoder.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import { ct, startOperation } from './sending.fixture.ts';

const query = '1.2.840.10008.5.1.4.1.2.2.1';
const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';
const released = words.pdu(0x06, Buffer.alloc(4));

/** What a peer answers to a C-FIND-RQ: a status and, with Pending, which image it found. */
type Found = readonly (readonly [status: number, sopInstanceUid?: string])[];

/** A peer that answers Success to every C-STORE, and each C-FIND as told; it writes down what it was asked. */
function peerThat(
  finds: readonly Found[],
  asked: string[],
  { result = 0, transferSyntax = implicit } = {},
) {
  const left = [...finds];
  return startParrotPort(async (parrot) => {
    if (!(await parrot.hear())) return;
    const contexts = [
      { id: 1, result: 0, transferSyntax: explicit },
      { id: 3, result, transferSyntax },
    ] as const;
    await parrot.say(
      encodeAssociateAccept({
        calledAeTitle: 'CONSORT',
        callingAeTitle: 'PARROT',
        contexts,
        user: { maximumLength: 0, implementationClassUid: '1.2.3' },
      }),
    );
    for (let id = 1; ; id += 1) {
      const command = await parrot.hear();
      if (!command) return;
      if (command[0] === 0x05) {
        await parrot.say(released);
        return;
      }
      await parrot.hear();
      const isStore = command[10] === 1;
      asked.push(isStore ? 'C-STORE' : 'C-FIND');
      if (isStore) await say(parrot, 1, ct, 0x8001, id, 0);
      else await answerFind(parrot, id, left.shift() ?? [], transferSyntax);
    }
  });
}

async function answerFind(parrot: Parrot, id: number, found: Found, transferSyntax: string) {
  for (const [status, sopInstanceUid] of found) {
    await say(parrot, 3, query, 0x8020, id, status);
    if (sopInstanceUid === undefined) continue;
    const match = encodeDataSet(
      { QueryRetrieveLevel: 'IMAGE', SOPInstanceUID: sopInstanceUid },
      { transferSyntaxUid: transferSyntax },
    );
    await parrot.say(words.data(words.value(3, 2, match)));
  }
}

async function say(
  parrot: Parrot,
  context: number,
  sopClass: string,
  field: number,
  id: number,
  status: number,
): Promise<void> {
  const uid = sopClass.padEnd(sopClass.length + (sopClass.length % 2), '\0');
  const dataSetType = (status & 0xff00) === 0xff00 ? 0 : 0x101;
  const elements = { 0x02: uid, 0x100: field, 0x120: id, 0x800: dataSetType, 0x900: status };
  await parrot.say(words.data(words.value(context, 3, words.commandSet(elements))));
}

async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'sent',
    (error: unknown) =>
      error instanceof EngineError
        ? `${error.code}${isPermanent(error) ? '!' : ''}`
        : String(error),
  );
}

describe('an image with confirm: find', () => {
  it.each([implicit, explicit])('is sent once the peer says it holds it, in %s', async (syntax) => {
    const asked: string[] = [];
    const finds: [number, string?][][] = [[[0xff00], [0x0000]]];
    await using peer = await peerThat(finds, asked, { transferSyntax: syntax });
    await using under = await startOperation(peer.port, { confirm: 'find' });
    const image = await under.image();
    finds[0]![0]![1] = image.command.affectedSopInstanceUid!;
    expect(await outcomeOf(under.send(image))).toBe('sent');
    expect(asked).toEqual(['C-STORE', 'C-FIND']);
    expect(under.receipts).toMatchObject([{ status: '0000' }]);
  });

  it('is not sent when the peer has lied: it is asked once more, then given the image again', async () => {
    const asked: string[] = [];
    const another: Found = [[0xff00, '1.2.3.4.5'], [0x0000]];
    await using peer = await peerThat([[[0x0000]], another, [[0x0000]]], asked);
    await using under = await startOperation(peer.port, { confirm: 'find' });
    const image = await under.image();
    expect(await outcomeOf(under.send(image))).toBe('NOT_CONFIRMED');
    expect(asked).toEqual(['C-STORE', 'C-FIND']);
    expect(await outcomeOf(under.send(image))).toBe('NOT_CONFIRMED');
    expect(asked).toEqual(['C-STORE', 'C-FIND', 'C-FIND', 'C-STORE', 'C-FIND']);
    expect(under.receipts).toEqual([]);
  });

  it('is not sent again to a peer that takes a moment to know it', async () => {
    const asked: string[] = [];
    const finds: [number, string?][][] = [[[0x0000]], [[0xff00], [0x0000]]];
    await using peer = await peerThat(finds, asked);
    await using under = await startOperation(peer.port, { confirm: 'find' });
    const image = await under.image();
    finds[1]![0]![1] = image.command.affectedSopInstanceUid!;
    expect(await outcomeOf(under.send(image))).toBe('NOT_CONFIRMED');
    expect(await outcomeOf(under.send(image))).toBe('sent');
    expect(asked).toEqual(['C-STORE', 'C-FIND', 'C-FIND']);
  });

  it('is not sent when the peer cannot be asked', async () => {
    await using deaf = await peerThat([], [], { result: 3 });
    await using one = await startOperation(deaf.port, { confirm: 'find' });
    expect(await outcomeOf(one.send(await one.image()))).toBe('CONFIRMATION_FAILED!');

    await using refusing = await peerThat([[[0xc001]]], []);
    await using two = await startOperation(refusing.port, { confirm: 'find' });
    expect(await outcomeOf(two.send(await two.image()))).toBe('CONFIRMATION_FAILED');

    await using silent = await peerThat([[]], []);
    await using three = await startOperation(silent.port, {
      confirm: 'find',
      responseTimeout: '200ms',
    });
    const image = await three.image();
    expect(await outcomeOf(three.send(image))).toBe('CONFIRMATION_FAILED');
    const { studyInstanceUid: _, ...attributes } = image.document!.attributes;
    const unnamed = { ...image, document: { ...image.document!, attributes } };
    expect(await outcomeOf(three.send(unnamed, 8))).toBe('CONFIRMATION_FAILED!');
    expect([...one.receipts, ...two.receipts, ...three.receipts]).toEqual([]);
  });

  it('ends with its association when the peer finds without end', async () => {
    const endless: Found = Array.from({ length: 200 }, () => [0xff00, '1.2.3.4.5'] as const);
    await using peer = await peerThat([endless], []);
    await using under = await startOperation(peer.port, { confirm: 'find' });
    expect(await outcomeOf(under.send(await under.image()))).toBe('CONFIRMATION_FAILED');
  });
});
