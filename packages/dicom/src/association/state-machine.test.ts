import { freePort, inShort, startParrotPort, type Parrot } from '@consort/testing/consort';
import { EngineError } from '@consort/core';
import { describe, expect, test } from 'vitest';
import { eachPdu, echoResponse, type Arriving } from './each-pdu.fixture.ts';
import { requestAssociation } from './request-association.ts';
import type { RequestedAssociation } from './requested-association.ts';

// PS3.8 table 9-10, the columns of a requester. Sta9, Sta10 and Sta12 are an acceptor's in a collision of releases,
// which an acceptor of ours never begins.

/** The action of the standard, what becomes of our operation, and what the peer hears from then on. */
type Cell = readonly [action: string, outcome: string, heard: readonly string[]];
type Column = Readonly<Record<Arriving, Cell>>;

const aborted = 'ASSOCIATION_ABORTED';
const misplaced: Cell = ['AA-8', aborted, ['ABORT 2,2']];
const unknown: Cell = ['AA-8', aborted, ['ABORT 2,1']];
const gone: Cell = ['AA-4', aborted, []];
const peerAborts: Cell = ['AA-3', aborted, []];
/** Our request to release, and nothing after it. */
const done: readonly string[] = ['PDU 5'];

/** Waiting for the answer to our A-ASSOCIATE-RQ. */
const sta5: Column = {
  'A-ASSOCIATE-RQ': misplaced,
  'A-ASSOCIATE-AC': ['AE-3', 'done', done],
  'A-ASSOCIATE-RJ': ['AE-4', 'ASSOCIATION_REJECTED', []],
  'P-DATA-TF': misplaced,
  'A-RELEASE-RQ': misplaced,
  'A-RELEASE-RP': misplaced,
  'A-ABORT': peerAborts,
  'unknown PDU': unknown,
  closed: gone,
};

/** Ready for data transfer; a C-ECHO-RQ of ours is not answered yet. The P-DATA-TF is its response. */
const sta6: Column = {
  'A-ASSOCIATE-RQ': misplaced,
  'A-ASSOCIATE-AC': misplaced,
  'A-ASSOCIATE-RJ': misplaced,
  'P-DATA-TF': ['DT-2', 'done', done],
  'A-RELEASE-RQ': ['AR-2', aborted, ['RP']],
  'A-RELEASE-RP': misplaced,
  'A-ABORT': peerAborts,
  'unknown PDU': unknown,
  closed: gone,
};

/** Waiting for the answer to our A-RELEASE-RQ. After what goes on, that answer comes. */
const sta7: Column = {
  'A-ASSOCIATE-RQ': misplaced,
  'A-ASSOCIATE-AC': misplaced,
  'A-ASSOCIATE-RJ': misplaced,
  'P-DATA-TF': ['AR-6', 'done', []],
  'A-RELEASE-RQ': ['AR-8', 'done', ['RP']],
  'A-RELEASE-RP': ['AR-3', 'done', []],
  'A-ABORT': peerAborts,
  'unknown PDU': unknown,
  closed: gone,
};

/** Both asked to release, we have answered and wait for the peer's answer. */
const sta11: Column = {
  'A-ASSOCIATE-RQ': misplaced,
  'A-ASSOCIATE-AC': misplaced,
  'A-ASSOCIATE-RJ': misplaced,
  'P-DATA-TF': misplaced,
  'A-RELEASE-RQ': misplaced,
  'A-RELEASE-RP': ['AR-3', 'done', []],
  'A-ABORT': peerAborts,
  'unknown PDU': unknown,
  closed: gone,
};

/** Waiting for the peer to close, after an A-ABORT of ours. */
const sta13: Column = {
  'A-ASSOCIATE-RQ': ['AA-7', aborted, []],
  'A-ASSOCIATE-AC': ['AA-6', aborted, []],
  'A-ASSOCIATE-RJ': ['AA-6', aborted, []],
  'P-DATA-TF': ['AA-6', aborted, []],
  'A-RELEASE-RQ': ['AA-6', aborted, []],
  'A-RELEASE-RP': ['AA-6', aborted, []],
  'A-ABORT': ['AA-2', aborted, []],
  'unknown PDU': ['AA-7', aborted, []],
  closed: ['AR-5', aborted, []],
};

const released = eachPdu['A-RELEASE-RP'];

/** Hears one PDU and says something after it. */
async function answer(parrot: Parrot, heard: string, said?: Buffer): Promise<void> {
  expect(inShort(await parrot.hear())).toBe(heard);
  if (said) await parrot.say(said);
}

// How a parrot brings us into each state, by what it hears and answers.
const roads: Readonly<Record<string, (parrot: Parrot) => Promise<void>>> = {
  Sta5: (parrot) => answer(parrot, 'PDU 1'),
  async Sta6(parrot) {
    await answer(parrot, 'PDU 1', eachPdu['A-ASSOCIATE-AC']);
    await answer(parrot, 'RSP 0030 status undefined');
  },
  async Sta7(parrot) {
    await answer(parrot, 'PDU 1', eachPdu['A-ASSOCIATE-AC']);
    await answer(parrot, 'RSP 0030 status undefined', echoResponse);
    await answer(parrot, 'PDU 5');
  },
  async Sta11(parrot) {
    await roads['Sta7']!(parrot);
    await parrot.say(eachPdu['A-RELEASE-RQ']);
    await answer(parrot, 'RP');
  },
  async Sta13(parrot) {
    await roads['Sta6']!(parrot);
    await parrot.say(eachPdu['unknown PDU']);
    await answer(parrot, 'ABORT 2,1');
  },
};

/** What is said of a kind in a state: where we have asked, data is a response. */
function pduIn(state: string, arriving: Exclude<Arriving, 'closed'>): Buffer {
  const isResponse = arriving === 'P-DATA-TF' && ['Sta6', 'Sta7'].includes(state);
  return isResponse ? echoResponse : eachPdu[arriving];
}

async function converse(state: string, arriving: Arriving | 'nothing') {
  let heard: readonly string[] = [];
  let outcome = 'done';
  {
    await using port = await startParrotPort(async (parrot) => {
      await roads[state]!(parrot);
      if (arriving === 'closed') return parrot.halfClose();
      if (arriving !== 'nothing') await parrot.say(pduIn(state, arriving));
      heard = await hearOn(parrot, state, arriving);
    });
    try {
      await useAssociation(await associate(port.port, arriving === 'nothing' ? 300 : 10_000));
    } catch (error) {
      outcome = error instanceof EngineError ? error.code : String(error);
    }
  }
  return { outcome, heard };
}

/** What is heard until the end; what we say to what goes on is answered. */
async function hearOn(parrot: Parrot, state: string, arriving: string): Promise<readonly string[]> {
  const heard: string[] = [];
  if (state === 'Sta7' && ['P-DATA-TF', 'A-RELEASE-RQ'].includes(arriving))
    await parrot.say(released);
  for (let pdu = await parrot.hear(); pdu; pdu = await parrot.hear()) {
    const short = inShort(pdu);
    if (short === 'RSP 0030 status undefined') await parrot.say(echoResponse);
    else heard.push(short);
    if (short === 'PDU 5') await parrot.say(released);
  }
  return heard;
}

function associate(port: number, patience: number): Promise<RequestedAssociation> {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'CONSORT',
    calledAeTitle: 'PARROT',
    contexts: ['1.2.840.10008.1.1', '1.2.840.10008.5.1.4.1.1.2'].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: ['1.2.840.10008.1.2.1'],
    })),
    timeouts: { accept: patience, response: patience, release: patience },
  });
}

async function useAssociation(association: RequestedAssociation): Promise<void> {
  try {
    await association.echo();
    await association.release();
  } catch (error) {
    await association.abort();
    throw error;
  }
}

const columns: readonly (readonly [string, Column])[] = [
  ['Sta5', sta5],
  ['Sta6', sta6],
  ['Sta7', sta7],
  ['Sta11', sta11],
  ['Sta13', sta13],
];

describe.each(columns)('%s', (state, column) => {
  test.each(Object.entries(column) as [Arriving, Cell][])(
    '%s: %s',
    async (arriving, [, outcome, heard]) => {
      expect(await converse(state, arriving)).toEqual({ outcome, heard });
    },
  );
});

describe('what does not arrive', () => {
  test('Sta1: there is nobody to connect to', async () => {
    await expect(associate(await freePort(), 1_000)).rejects.toMatchObject({
      code: 'PEER_UNREACHABLE',
    });
  });

  test.each(['Sta5', 'Sta6', 'Sta7', 'Sta11'])(
    '%s: nothing within our time is an A-ABORT and PEER_TIMEOUT',
    async (state) => {
      expect(await converse(state, 'nothing')).toEqual({
        outcome: 'PEER_TIMEOUT',
        heard: ['ABORT 2,0'],
      });
    },
  );

  test('Sta6: a local abort is an A-ABORT by the user, AA-1', async () => {
    let heard: readonly string[] = [];
    {
      await using port = await startParrotPort(async (parrot) => {
        await answer(parrot, 'PDU 1', eachPdu['A-ASSOCIATE-AC']);
        heard = await parrot.hearRest();
      });
      await (await associate(port.port, 10_000)).abort();
    }
    expect(heard).toEqual(['ABORT 0,0']);
  });
});
