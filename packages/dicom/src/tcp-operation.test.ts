import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, isPermanent } from '@consort/core';
import { freePort, startParrotPort, words, type Parrot } from '@consort/testing/consort';
import { describe, expect, it } from 'vitest';
import { decodeCommandSet } from './association/command-set.ts';
import { encodeAssociateAccept } from './association/pdu-encoder.ts';
import { watchDoor } from './gate/door.fixture.ts';
import type { StoreReply } from './gate/door.ts';
import { ct, mr, startOperation } from './sending/sending.fixture.ts';
import operation from './tcp-operation.ts';

const aborts: StoreReply = { status: 0, abort: { source: 0, reason: 0 } };

/** A peer that gives one answer after the other, then Success. */
function peerThat(...replies: readonly StoreReply[]) {
  const left = [...replies];
  return watchDoor({ end: async () => left.shift() ?? { status: 0 } });
}

/** Takes an image on an association of its own. @returns the command set */
async function takeOne(parrot: Parrot): Promise<Buffer> {
  await parrot.hear();
  await parrot.say(
    encodeAssociateAccept({
      calledAeTitle: 'CONSORT',
      callingAeTitle: 'PARROT',
      contexts: [{ id: 1, result: 0, transferSyntax: '1.2.840.10008.1.2.1' }],
      user: { maximumLength: 16_384, implementationClassUid: '1.2.3' },
    }),
  );
  const command = (await parrot.hear()) ?? Buffer.alloc(0);
  await parrot.hear();
  const elements = { 0x02: `${ct}\0`, 0x100: 0x8001, 0x120: 1, 0x800: 0x101, 0x900: 0 };
  await parrot.say(words.data(words.value(1, 3, words.commandSet(elements))));
  return command.subarray(12);
}

/** What an attempt threw: its code, with an exclamation mark where it is for good. */
async function failureOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'none',
    (error: unknown) =>
      error instanceof EngineError
        ? `${error.code}${isPermanent(error) ? '!' : ''}`
        : String(error),
  );
}

describe('dicom.tcp-operation', () => {
  it('sends the bytes as they are stored, and responds with what the peer has answered', async () => {
    await using peer = await watchDoor();
    await using under = await startOperation(peer.port);
    const image = await under.image(ct, 1_000_001);
    const { digest, size } = image.document!;
    expect(await under.send(image)).toEqual({
      type: 'dicom.document',
      command: {
        commandField: 'C-STORE-RSP',
        messageIdBeingRespondedTo: 4711,
        affectedSopClassUid: ct,
        affectedSopInstanceUid: image.command.affectedSopInstanceUid,
        status: 0,
      },
    });
    expect(peer.stored).toEqual([digest]);
    const receipt = { peer: `CONSORT@127.0.0.1:${peer.port}`, status: '0000', digest, size };
    expect(under.receipts).toEqual([receipt]);
    expect(under.events).toEqual([]);
  });

  it('takes images only', async () => {
    await using under = await startOperation(1);
    await expect(under.send({ type: 'text' })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'NOT_A_STORAGE_REQUEST',
    });
  });

  it('sends one image after the other on one association, and releases it at its end', async () => {
    await using peer = await watchDoor();
    {
      await using under = await startOperation(peer.port);
      for (let id = 1; id <= 5; id += 1) await under.send(await under.image(), id);
      expect(peer.associations()).toBe(1);
    }
    expect((await peer.ended(1)).map(({ kind }) => kind)).toEqual(['released']);
    expect(peer.stored).toHaveLength(5);
  });

  it('has the settings of one peer, and waits for it without end in nothing', () => {
    const good = { host: 'pacs', port: 104, localAet: 'US', remoteAet: 'PACS' };
    expect(operation.settings.safeParse(good).success).toBe(true);
    for (const bad of [
      { remoteAet: '*' },
      { localAet: '' },
      { port: 0 },
      { responseTimeout: -1 },
      { connectTimeout: '0s' },
    ]) {
      expect(operation.settings.safeParse({ ...good, ...bad }).success, JSON.stringify(bad)).toBe(
        false,
      );
    }
  });

  it('repeats who had the image moved, and its priority', async () => {
    let command: Buffer | undefined;
    await using peer = await startParrotPort(async (parrot) => {
      command = await takeOne(parrot);
      await parrot.hear();
      await parrot.say(words.pdu(0x06, Buffer.alloc(4)));
    });
    await using under = await startOperation(peer.port);
    const image = await under.image();
    const moved = {
      priority: 2,
      moveOriginatorApplicationEntityTitle: 'WORKSTATION',
      moveOriginatorMessageId: 12,
    };
    await under.send({ ...image, command: { ...image.command, ...moved } });
    expect(decodeCommandSet(command!)).toMatchObject({
      commandField: 1,
      messageId: 1,
      affectedSopInstanceUid: image.command.affectedSopInstanceUid,
      priority: 2,
      moveOriginatorApplicationEntityTitle: 'WORKSTATION',
      moveOriginatorMessageId: 12,
    });
  });
});

describe('an association of dicom.tcp-operation', () => {
  it('proposes what was needed before, so that a mixed study does not ask for one after the other', async () => {
    await using peer = await watchDoor();
    await using under = await startOperation(peer.port);
    for (const sopClass of [ct, mr, ct, mr, ct, mr]) {
      await under.send(await under.image(sopClass));
    }
    expect(peer.associations()).toBe(1);
    expect((await peer.ended(1)).map(({ kind }) => kind)).toEqual(['released']);
    expect(peer.stored).toHaveLength(6);
  });

  it('proposes what it needs alone to a peer that takes no more', async () => {
    await using peer = await watchDoor({ contexts: 1 });
    await using under = await startOperation(peer.port);
    expect(await failureOf(under.send(await under.image(ct)))).toBe('none');
    const image = await under.image(mr);
    expect(await failureOf(under.send(image))).toBe('ASSOCIATION_REJECTED');
    expect(await failureOf(under.send(image))).toBe('none');
  });

  it('is released after as many images as maxImagesPerAssociation says', async () => {
    await using peer = await watchDoor();
    await using under = await startOperation(peer.port, { maxImagesPerAssociation: 2 });
    for (let id = 1; id <= 4; id += 1) await under.send(await under.image());
    expect((await peer.ended(2)).map(({ kind }) => kind)).toEqual(['released', 'released']);
  });

  it('is released when there was no image for idleTimeout', async () => {
    await using peer = await watchDoor();
    await using under = await startOperation(peer.port, { idleTimeout: '50ms' });
    await under.send(await under.image());
    expect((await peer.ended(1)).map(({ kind }) => kind)).toEqual(['released']);
  });

  it('is one of as many as there are images at the same time', async () => {
    const four = Promise.withResolvers<StoreReply>();
    let waiting = 0;
    await using peer = await watchDoor({
      end: () => {
        if ((waiting += 1) === 4) four.resolve({ status: 0 });
        return four.promise;
      },
    });
    await using under = await startOperation(peer.port, { idleTimeout: -1 });
    const images = await Promise.all([1, 2, 3, 4].map(() => under.image()));
    await Promise.all(images.map((image, id) => under.send(image, id)));
    expect(peer.associations()).toBe(4);
    await under.send(await under.image(mr));
    // One of the four has made room for it.
    expect(await peer.ended(1)).toHaveLength(1);
    expect(peer.associations()).toBe(4);
  });

  it('that the peer has ended meanwhile costs nothing', async () => {
    let associations = 0;
    await using peer = await startParrotPort(async (parrot) => {
      associations += 1;
      await takeOne(parrot);
    });
    await using under = await startOperation(peer.port, { idleTimeout: -1 });
    for (let count = 1; count <= 5; count += 1) {
      expect(await failureOf(under.send(await under.image()))).toBe('none');
    }
    expect(associations).toBe(5);
  });

  it('that was kept and ends in the middle of an image is followed by a new one at once', async () => {
    await using peer = await peerThat({ status: 0 }, aborts);
    await using under = await startOperation(peer.port);
    await under.send(await under.image());
    expect(await under.send(await under.image())).toMatchObject({ command: { status: 0 } });
    expect(peer.counts.begun).toBe(3);
  });

  it('ends at once with its host, and the image is not called sent', async () => {
    const begun = Promise.withResolvers<void>();
    await using peer = await watchDoor({
      end: (signal) => {
        begun.resolve();
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ status: 0 }));
        });
      },
    });
    await using under = await startOperation(peer.port);
    const sending = failureOf(under.send(await under.image()));
    await begun.promise;
    under.stop();
    expect(await sending).toMatch(/^AbortError/);
    expect(under.receipts).toEqual([]);
    expect((await peer.ended(1)).map(({ kind }) => kind)).toEqual(['peer aborted']);
  });
});

// PS3.4 table B.2-1 and PS3.7 annex C.
const answers: readonly (readonly [status: number, outcome: string, event: string | undefined])[] =
  [
    [0x0000, 'none', undefined],
    [0xb000, 'none', 'B000 (Warning: coercion of data elements)'],
    [0xb006, 'none', 'B006 (Warning: elements discarded)'],
    [0xb007, 'none', 'B007 (Warning: data set does not match SOP class)'],
    [0x0107, 'none', '0107 (Warning: attribute list error)'],
    [0x0116, 'none', '0116 (Warning: attribute value out of range)'],
    [0xa700, 'PEER_REFUSED', undefined],
    [0xa7ff, 'PEER_REFUSED', undefined],
    [0x0110, 'PEER_REFUSED', undefined],
    [0x0213, 'PEER_REFUSED', undefined],
    [0xa900, 'PEER_REFUSED!', undefined],
    [0xc123, 'PEER_REFUSED!', undefined],
    [0x0117, 'PEER_REFUSED!', undefined],
    [0x0122, 'PEER_REFUSED!', undefined],
    [0x0124, 'PEER_REFUSED!', undefined],
    [0x0211, 'PEER_REFUSED!', undefined],
    [0xff00, 'PEER_REFUSED!', undefined],
    [0x4711, 'PEER_REFUSED!', undefined],
  ];

describe('the answer of a peer', () => {
  it.each(answers)('%i fails as %s, and warns of %s', async (status, outcome, event) => {
    await using peer = await peerThat({ status, errorComment: 'Doe^Jane' });
    await using under = await startOperation(peer.port);
    const attempt = under.send(await under.image());
    expect(await failureOf(attempt)).toBe(outcome);
    const hex = status.toString(16).toUpperCase().padStart(4, '0');
    expect(under.receipts).toMatchObject([{ status: hex }]);
    expect(under.events.map(({ type, code }) => [type, code])).toEqual(
      event ? [['Warning', 'STORED_WITH_WARNING']] : [],
    );
    if (event) expect(under.events[0]?.text).toContain(event);
    if (outcome === 'none') return;
    const message = await attempt.then(String, String);
    expect(message).toContain(`CONSORT at 127.0.0.1:${peer.port} did not store the image`);
    expect(message).toContain(hex);
    expect(message).not.toContain('Doe');
  });

  it('that does not come is a failure, and so is a peer that is not there or wants none of us', async () => {
    await using silent = await watchDoor({
      end: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ status: 0 }));
        }),
    });
    await using late = await startOperation(silent.port, { responseTimeout: '200ms' });
    expect(await failureOf(late.send(await late.image()))).toBe('PEER_TIMEOUT');
    await using stranger = await startOperation(silent.port, { localAet: 'STRANGER' });
    expect(await failureOf(stranger.send(await stranger.image()))).toBe('ASSOCIATION_REJECTED');
    await using alone = await startOperation(await freePort());
    expect(await failureOf(alone.send(await alone.image()))).toBe('PEER_UNREACHABLE');
    expect([...late.receipts, ...stranger.receipts, ...alone.receipts]).toEqual([]);
  });

  it('that it does not take this kind of object is for good, and asked for once', async () => {
    const query = '1.2.840.10008.5.1.4.1.2.2.1';
    await using peer = await watchDoor();
    await using under = await startOperation(peer.port);
    for (let count = 0; count < 3; count += 1) {
      expect(await failureOf(under.send(await under.image(query)))).toBe('CONTEXT_NOT_ACCEPTED!');
    }
    expect(peer.associations()).toBe(1);
    expect(peer.counts.begun).toBe(0);
  });
});

describe('a stored image that is not what was received', () => {
  it('aborts the association instead of being sent to its end', async () => {
    await using peer = await watchDoor();
    await using under = await startOperation(peer.port);
    const image = await under.image(ct, 700_000);
    const { digest } = image.document!;
    const path = join(under.folder, digest.slice(0, 2), digest);
    const bytes = await readFile(path);
    await chmod(path, 0o600);
    await writeFile(path, bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1));
    expect(await failureOf(under.send(image))).toBe('DOCUMENT_CORRUPT!');
    expect((await peer.ended(1)).map(({ kind }) => kind)).toEqual(['peer aborted']);
    expect(peer.stored).toEqual([]);
    await rm(path);
    expect(await failureOf(under.send(image))).toBe('DOCUMENT_MISSING!');
    expect(under.receipts).toEqual([]);
  });
});

describe('an image on which the peer ends the association', () => {
  it('is given up after three associations of its own; the others go on', async () => {
    await using peer = await peerThat(aborts, aborts, aborts);
    await using under = await startOperation(peer.port);
    const bad = await under.image();
    expect(await failureOf(under.send(bad, 7))).toBe('ASSOCIATION_ABORTED');
    expect(await failureOf(under.send(bad, 7))).toBe('ASSOCIATION_ABORTED');
    await expect(under.send(bad, 7)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'IMAGE_BREAKS_ASSOCIATION',
      message: expect.stringContaining(
        '3 ended in the middle of it, 0 went without an answer',
      ) as unknown,
    });
    expect((await peer.ended(3)).map(({ kind }) => kind)).toEqual([
      'aborted',
      'aborted',
      'aborted',
    ]);
    for (let id = 8; id < 11; id += 1) await under.send(await under.image(), id);
    expect(peer.associations()).toBe(1);
    // Sent again by an operator, it begins anew.
    await under.send(bad, 11);
  });

  it('is known after a restart by its last failure: it goes alone, and has two more tries', async () => {
    await using peer = await peerThat({ status: 0 }, aborts, { status: 0xa700 }, aborts, aborts);
    await using under = await startOperation(peer.port);
    await under.send(await under.image(), 1);
    const bad = await under.image();
    // Not on the association that is there: the others keep theirs.
    expect(await failureOf(under.send(bad, 2, 'PEER_TIMEOUT'))).toBe('ASSOCIATION_ABORTED');
    // An answer ends what the record knows.
    expect(await failureOf(under.send(bad, 2, 'PEER_TIMEOUT'))).toBe('PEER_REFUSED');
    expect(await failureOf(under.send(bad, 2, 'PEER_TIMEOUT'))).toBe('ASSOCIATION_ABORTED');

    await using other = await peerThat(aborts, aborts);
    await using next = await startOperation(other.port);
    const same = await next.image();
    expect(await failureOf(next.send(same, 2, 'ASSOCIATION_ABORTED'))).toBe('ASSOCIATION_ABORTED');
    expect(await failureOf(next.send(same, 2, 'ASSOCIATION_ABORTED'))).toBe(
      'IMAGE_BREAKS_ASSOCIATION!',
    );
  });

  it('goes on alone, beside an association that others use', async () => {
    const free = Promise.withResolvers<StoreReply>();
    const replies = [free.promise, Promise.resolve(aborts)];
    await using peer = await watchDoor({
      end: () => replies.shift() ?? Promise.resolve({ status: 0 }),
    });
    await using under = await startOperation(peer.port);
    const other = under.send(await under.image(), 1);
    while (peer.counts.begun === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const bad = await under.image();
    expect(await failureOf(under.send(bad, 2))).toBe('ASSOCIATION_ABORTED');
    free.resolve({ status: 0 });
    expect(await other).toMatchObject({ command: { status: 0 } });
  });

  it('is the only one to be given up while the peer answers no other: then the peer is broken', async () => {
    await using peer = await watchDoor({ end: async () => aborts });
    await using under = await startOperation(peer.port);
    const outcomes: string[] = [];
    for (const id of [1, 2]) {
      const image = await under.image();
      for (let attempt = 0; attempt < 5; attempt += 1) {
        outcomes.push(await failureOf(under.send(image, id)));
        if (outcomes.at(-1)?.endsWith('!')) break;
      }
    }
    expect(outcomes).toEqual([
      'ASSOCIATION_ABORTED',
      'ASSOCIATION_ABORTED',
      'IMAGE_BREAKS_ASSOCIATION!',
      ...Array<string>(5).fill('ASSOCIATION_ABORTED'),
    ]);
  });
});
