import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { EngineError } from '@consort/core';
import { startParrotPort, words, type Parrot } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { encodeAssociateAccept } from './pdu-encoder.ts';
import { requestAssociation } from './request-association.ts';

const ct = '1.2.840.10008.5.1.4.1.1.2';
const explicit = '1.2.840.10008.1.2.1';
const accept = encodeAssociateAccept({
  calledAeTitle: 'PARROT',
  callingAeTitle: 'CONSORT',
  contexts: [{ id: 1, result: 0, transferSyntax: explicit }],
  user: { maximumLength: 16_384, implementationClassUid: '1.2.3' },
});

/** The response to our first C-STORE-RQ, with other elements than it should have. */
function response(more: Readonly<Record<number, number>> = {}): Buffer {
  const usual = { 0x02: `${ct}\0`, 0x100: 0x8001, 0x120: 1, 0x800: 0x101, 0x900: 0 };
  return words.data(words.value(1, 3, words.commandSet({ ...usual, ...more })));
}

/** A receiver: it has heard the command, and the first of the two parts of the data set, which fills a PDU. */
type Receiver = (parrot: Parrot, rest: () => Promise<unknown>) => Promise<unknown>;

/**
 * Stores a data set of two parts at a receiver; the second goes when that asks for the rest.
 * @returns what we say of it, and what the receiver hears to the end
 */
async function storeAt(receive: Receiver, patience: number) {
  const second = Promise.withResolvers<void>();
  let heard: readonly string[] = [];
  let outcome: string;
  {
    await using port = await startParrotPort(async (parrot) => {
      await parrot.hear();
      await parrot.say(accept);
      await parrot.hear();
      await parrot.hear();
      await receive(parrot, () => {
        second.resolve();
        return parrot.hear();
      });
      heard = await parrot.hearRest();
    });
    const association = await requestAssociation({
      host: '127.0.0.1',
      port: port.port,
      callingAeTitle: 'CONSORT',
      calledAeTitle: 'PARROT',
      contexts: [{ abstractSyntax: ct, transferSyntaxes: [explicit] }],
      timeouts: { response: patience, release: patience },
    });
    outcome = await association
      .store({
        sopClassUid: ct,
        sopInstanceUid: '1.2.3',
        transferSyntaxUid: explicit,
        dataSet: (async function* () {
          yield Buffer.alloc(20_000);
          await second.promise;
          yield Buffer.alloc(10);
        })(),
      })
      .then(
        ({ status }) => `status ${status}`,
        (error: unknown) => (error instanceof EngineError ? error.code : String(error)),
      );
    second.resolve();
    await association.abort();
  }
  return { outcome, heard };
}

const aborted = 'ASSOCIATION_ABORTED';

const receivers: readonly (readonly [string, string, readonly string[], Receiver])[] = [
  [
    'answers well',
    'status 0',
    ['ABORT 0,0'],
    async (parrot, rest) => {
      await rest();
      await parrot.say(response());
    },
  ],
  [
    'answers Success to what is not whole',
    aborted,
    ['ABORT 2,5'],
    (parrot) => parrot.say(response()),
  ],
  [
    'answers with a warning to what is not whole',
    aborted,
    ['ABORT 2,5'],
    (parrot) => parrot.say(response({ 0x900: 0xb000 })),
  ],
  [
    'refuses before it has all of it',
    'status 42752',
    ['ABORT 0,0'],
    async (parrot, rest) => {
      await parrot.say(response({ 0x900: 0xa700 }));
      await rest();
    },
  ],
  ['aborts in the middle', aborted, [], (parrot) => parrot.say(words.abort)],
  ['releases in the middle', aborted, ['RP'], (parrot) => parrot.say(words.releaseRequest)],
  ['breaks the connection in the middle', aborted, [], async (parrot) => parrot.reset()],
  [
    'closes after the last byte, without an answer',
    aborted,
    [],
    async (parrot, rest) => {
      await rest();
      parrot.halfClose();
    },
  ],
  ['never answers', 'PEER_TIMEOUT', ['ABORT 2,0'], (_, rest) => rest()],
  [
    'answers another request',
    'PEER_TIMEOUT',
    ['ABORT 2,0'],
    async (parrot, rest) => {
      await rest();
      await parrot.say(response({ 0x120: 2 }));
    },
  ],
  [
    'answers with a data set',
    aborted,
    ['ABORT 2,5'],
    async (parrot, rest) => {
      await rest();
      await parrot.say(response({ 0x800: 0, 0x900: 0xff00 }));
    },
  ],
];

describe('a peer that gets an image from us and', () => {
  test.each(receivers)('%s: we say %s, and it hears %j', async (_, outcome, heard, receive) => {
    const patience = outcome === 'PEER_TIMEOUT' ? 400 : 10_000;
    expect(await storeAt(receive, patience)).toEqual({ outcome, heard });
  });
});

test('a peer that reads no more of an image loses the connection, and that is what is said', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    // The rest stays where it is: with the kernel, as much as that takes.
    socket.once('data', () => {
      socket.pause();
      socket.write(accept);
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const association = await requestAssociation({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    callingAeTitle: 'CONSORT',
    calledAeTitle: 'PARROT',
    contexts: [{ abstractSyntax: ct, transferSyntaxes: [explicit] }],
    limits: { progressWindow: 200 },
  });
  const storing = association.store({
    sopClassUid: ct,
    sopInstanceUid: '1.2.3',
    transferSyntaxUid: explicit,
    dataSet: (async function* () {
      for (;;) yield Buffer.alloc(1_000_000);
    })(),
  });
  await expect(storing).rejects.toMatchObject({
    code: aborted,
    message: expect.stringContaining('left what we sent unread for 0.2 s') as unknown,
  });
  for (const socket of sockets) socket.destroy();
  server.close();
  await association.abort();
});
