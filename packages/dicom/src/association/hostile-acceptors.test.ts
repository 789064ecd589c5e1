import { EngineError } from '@consort/core';
import { startParrotPort, words } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { encodeAssociateAccept } from './pdu-encoder.ts';
import type { NegotiatedContext } from './pdu.ts';
import { requestAssociation } from './request-association.ts';

const { commandSet, data, pdu, value } = words;
const verification = '1.2.840.10008.1.1';
const ct = '1.2.840.10008.5.1.4.1.1.2';
const explicit = '1.2.840.10008.1.2.1';
const success = response({});

function accept(
  maximumLength = 16_384,
  contexts: readonly NegotiatedContext[] = [
    { id: 1, result: 0, transferSyntax: explicit },
    { id: 3, result: 0, transferSyntax: explicit },
  ],
): Buffer {
  return encodeAssociateAccept({
    calledAeTitle: 'PARROT',
    callingAeTitle: 'CONSORT',
    contexts,
    user: { maximumLength, implementationClassUid: '1.2.3' },
  });
}

/** The response to our first C-ECHO-RQ, with other elements than it should have. */
function response(more: Readonly<Record<number, number>>, status: object = { 0x900: 0 }): Buffer {
  const usual = { 0x02: `${verification}\0`, 0x100: 0x8030, 0x120: 1, 0x800: 0x101 };
  return data(value(1, 3, commandSet({ ...usual, ...status, ...more })));
}

const released = pdu(0x06, Buffer.alloc(4));
const nothing = Buffer.alloc(0);
const aborted = 'ASSOCIATION_ABORTED';

/**
 * Asks a parrot for an association, in which we echo and release. The parrot gives an answer to each PDU it
 * hears; when it has none left it listens on, or closes the connection.
 */
async function converse(answers: readonly (Buffer | 'close')[], patience: number) {
  let heard: readonly string[] = [];
  let outcome: string;
  {
    await using port = await startParrotPort(async (parrot) => {
      for (const answer of answers) {
        await parrot.hear();
        if (answer === 'close') return;
        await parrot.say(answer);
      }
      heard = await parrot.hearRest();
    });
    outcome = await echoAt(port.port, patience).catch((error: unknown) =>
      error instanceof EngineError ? error.code : String(error),
    );
  }
  return { outcome, heard };
}

async function echoAt(port: number, patience: number): Promise<string> {
  const association = await requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'CONSORT',
    calledAeTitle: 'PARROT',
    contexts: [verification, ct].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [explicit],
    })),
    timeouts: { accept: patience, response: patience, release: patience },
  });
  try {
    const status = await association.echo();
    await association.release();
    return `status ${status}`;
  } catch (error) {
    await association.abort();
    throw error;
  }
}

type Row = readonly [
  sentence: string,
  outcome: string,
  heard: readonly string[],
  answers: readonly (Buffer | 'close')[],
];

const acceptors: readonly Row[] = [
  ['answers well', 'status 0', [], [accept(), success, released]],
  ['H33: rejects', 'ASSOCIATION_REJECTED', [], [pdu(0x03, Buffer.of(0, 1, 1, 7))]],
  ['never answers', 'PEER_TIMEOUT', ['ABORT 2,0'], [nothing]],
  ['closes instead of accepting', aborted, [], ['close']],
  ['aborts instead of accepting', aborted, [], [words.abort]],
  ['asks instead of accepting', aborted, ['ABORT 2,2'], [words.associateRequest()]],
  ['speaks HTTP', aborted, ['ABORT 2,1'], [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ['H8: accepts in 4 GiB', aborted, ['ABORT 2,6'], [pdu(0x02, accept().subarray(6), 0xffff_ffff)]],
  ['H14, B28: accepts with lengths that lie', aborted, ['ABORT 2,6'], [lying(accept())]],
  ...[1, 6, 7, 127].map((length): Row => [
    `H15, B29: takes no more than ${length} bytes at a time`,
    aborted,
    ['ABORT 2,6'],
    [accept(length)],
  ]),
  [
    'H2: accepts what was not proposed',
    aborted,
    ['ABORT 2,6'],
    [accept(0, [{ id: 5, result: 0, transferSyntax: explicit }])],
  ],
  [
    'accepts in a transfer syntax not proposed',
    aborted,
    ['ABORT 2,6'],
    [accept(0, [{ id: 1, result: 0, transferSyntax: '1.2.840.10008.1.2' }])],
  ],
  [
    'H33, B26: accepts nothing',
    'CONTEXT_NOT_ACCEPTED',
    ['ABORT 0,0'],
    [accept(0, [{ id: 1, result: 3 }])],
  ],

  ['accepts and is silent', 'PEER_TIMEOUT', ['ABORT 2,0'], [accept(), nothing]],
  ['H33: accepts and closes', aborted, [], [accept(), 'close']],
  ['H32: accepts and aborts', aborted, [], [accept(), words.abort]],
  ['accepts and releases', aborted, ['RP'], [accept(), words.releaseRequest]],
  ['H4: accepts twice', aborted, ['ABORT 2,2'], [accept(), accept()]],
  ['B3: sends what nobody knows', aborted, ['ABORT 2,1'], [accept(), pdu(0x99, Buffer.alloc(4))]],
  [
    'H8: answers in 4 GiB',
    aborted,
    ['ABORT 2,6'],
    [accept(), pdu(0x04, Buffer.alloc(100), 0xffff_ffff)],
  ],
  [
    'answers with a value that lies',
    aborted,
    ['ABORT 2,6'],
    [accept(), data(value(1, 3, Buffer.alloc(20), 21))],
  ],
  [
    'H34, B40: answers another request',
    'PEER_TIMEOUT',
    ['ABORT 2,0'],
    [accept(), response({ 0x120: 2 })],
  ],
  ['H22: answers without a status', aborted, ['ABORT 2,5'], [accept(), response({}, {})]],
  ['B42: answers with a data set', aborted, ['ABORT 2,5'], [accept(), response({ 0x800: 0 })]],
  ['answers with a request', aborted, ['ABORT 2,5'], [accept(), words.echoRequest()]],
  [
    'H2: answers on another context than was accepted',
    aborted,
    ['ABORT 2,5'],
    [accept(), data(value(7, 3, Buffer.alloc(8)))],
  ],
  ['never answers the release', 'PEER_TIMEOUT', ['ABORT 2,0'], [accept(), success, nothing]],
  [
    'releases at the same time',
    'status 0',
    ['RP'],
    [accept(), success, Buffer.concat([words.releaseRequest, released])],
  ],
];

describe('a peer we call that', () => {
  test.each(acceptors)('%s: we say %s, and it hears %j', async (_, outcome, heard, answers) => {
    const patience = outcome === 'PEER_TIMEOUT' ? 400 : 10_000;
    expect(await converse(answers, patience)).toEqual({ outcome, heard });
  });
});

/** Makes the last item of a PDU longer than it is. */
function lying(bytes: Buffer): Buffer {
  const spoiled = Buffer.from(bytes);
  const at = spoiled.lastIndexOf(0x52);
  spoiled.writeUInt16BE(0xfff0, at + 2);
  return spoiled;
}
