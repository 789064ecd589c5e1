import { setTimeout as sleep } from 'node:timers/promises';
import { inShort, startParrot, words, type Parrot } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { eachPdu, type Arriving } from '../association/each-pdu.fixture.ts';
import { associate, storeWell, watchDoor, type WatchedDoor } from './door.fixture.ts';
import type { Ending } from './door.ts';

// PS3.8 table 9-10, the columns of an acceptor. Sta8 is passed through: we answer a release in the step it arrives in.

/** The action of the standard, what the peer hears then, and how the connection ended; no end where it goes on. */
type Cell = readonly [action: string, heard: string, end?: Ending['kind']];
type Column = Readonly<Record<Arriving, Cell>>;

const alive = 'RSP 8030 status 0000';
const misplaced: Cell = ['AA-8', 'ABORT 2,2', 'aborted'];
const before: Cell = ['AA-1', 'ABORT 2,2', 'aborted'];
const ignored: Cell = ['AA-6', 'nothing', 'rejected'];

/** Transport connection open, waiting for an A-ASSOCIATE-RQ. */
const sta2: Column = {
  'A-ASSOCIATE-RQ': ['AE-6', 'AC 1:0 3:0'],
  'A-ASSOCIATE-AC': before,
  'A-ASSOCIATE-RJ': before,
  'P-DATA-TF': before,
  'A-RELEASE-RQ': before,
  'A-RELEASE-RP': before,
  'A-ABORT': ['AA-2', 'nothing', 'peer aborted'],
  'unknown PDU': ['AA-1', 'ABORT 2,1', 'aborted'],
  closed: ['AA-5', 'nothing', 'peer gone'],
};

/** Waiting for our own answer to the A-ASSOCIATE-RQ. */
const sta3: Column = {
  'A-ASSOCIATE-RQ': misplaced,
  'A-ASSOCIATE-AC': misplaced,
  'A-ASSOCIATE-RJ': misplaced,
  'P-DATA-TF': misplaced,
  'A-RELEASE-RQ': misplaced,
  'A-RELEASE-RP': misplaced,
  'A-ABORT': ['AA-3', 'nothing', 'peer aborted'],
  'unknown PDU': misplaced,
  closed: ['AA-4', 'nothing', 'peer gone'],
};

/** Ready for data transfer. */
const sta6: Column = {
  'A-ASSOCIATE-RQ': misplaced,
  'A-ASSOCIATE-AC': misplaced,
  'A-ASSOCIATE-RJ': misplaced,
  'P-DATA-TF': ['DT-2', alive],
  'A-RELEASE-RQ': ['AR-2', 'RP', 'released'],
  'A-RELEASE-RP': misplaced,
  'A-ABORT': ['AA-3', 'nothing', 'peer aborted'],
  'unknown PDU': ['AA-8', 'ABORT 2,1', 'aborted'],
  closed: ['AA-4', 'nothing', 'peer gone'],
};

/**
 * Waiting for the peer to close, after our A-ASSOCIATE-RJ. AA-7, of an A-ASSOCIATE-RQ or an unknown PDU, would
 * abort; our direction of the connection has ended with the PDU before.
 */
const sta13: Column = {
  'A-ASSOCIATE-RQ': ['AA-7', 'nothing', 'rejected'],
  'A-ASSOCIATE-AC': ignored,
  'A-ASSOCIATE-RJ': ignored,
  'P-DATA-TF': ignored,
  'A-RELEASE-RQ': ignored,
  'A-RELEASE-RP': ignored,
  'A-ABORT': ['AA-2', 'nothing', 'rejected'],
  'unknown PDU': ['AA-7', 'nothing', 'rejected'],
  closed: ['AR-5', 'nothing', 'rejected'],
};

function rowsOf(column: Column) {
  return Object.entries(column) as [Arriving, Cell][];
}

async function arrive(parrot: Parrot, arriving: Arriving): Promise<void> {
  if (arriving === 'closed') parrot.halfClose();
  else await parrot.say(eachPdu[arriving]);
}

/** What is heard next; and then, that the connection goes on or is at its end. */
async function expectCell(parrot: Parrot, door: WatchedDoor, [, heard, end]: Cell): Promise<void> {
  if (end === undefined) {
    expect(inShort(await parrot.hear())).toBe(heard);
    await parrot.say(words.echoRequest());
    expect(inShort(await parrot.hear())).toBe(alive);
    expect(door.associations()).toBe(1);
    return;
  }
  expect((await parrot.hearRest()).join(', ') || 'nothing').toBe(heard);
  await parrot.say(words.echoRequest());
  expect(await parrot.hearRest()).toEqual([]);
  expect((await door.ended(1)).map(({ kind }) => kind)).toEqual([end]);
  expect(door.associations()).toBe(0);
}

describe('Sta2', () => {
  test.each(rowsOf(sta2))('%s: %s', async (arriving, cell) => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    await arrive(parrot, arriving);
    await expectCell(parrot, door, cell);
  });

  test('ARTIM expired: AA-2, the end without a word', async () => {
    await using door = await watchDoor({ limits: { artim: 100 } });
    await using parrot = await startParrot(door.port);
    expect(await parrot.hearRest()).toEqual([]);
    expect((await door.ended(1)).map(({ kind }) => kind)).toEqual(['silent']);
  });
});

describe('Sta3', () => {
  test.each(rowsOf(sta3))('%s: %s', async (arriving, cell) => {
    const asked = Promise.withResolvers<void>();
    const decided = Promise.withResolvers<void>();
    await using door = await watchDoor({
      admit() {
        asked.resolve();
        return decided.promise;
      },
    });
    await using parrot = await startParrot(door.port);
    await parrot.say(words.associateRequest());
    await asked.promise;
    await arrive(parrot, arriving);
    // By the end of a conversation at another door it has been read.
    await using other = await watchDoor();
    await storeWell(other.port, Buffer.from('an image'));
    decided.resolve();
    await expectCell(parrot, door, cell);
  });

  test.each([
    ['accept: AE-7', {}, ['AC', '1:0', '3:0']],
    ['reject: AE-8', { calling: 'STRANGER' }, ['RJ', '1,1,3']],
  ])('local answer, %s', async (_, ask, heard) => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    await parrot.say(words.associateRequest(ask));
    expect(inShort(await parrot.hear())).toBe(heard.join(' '));
  });
});

describe('Sta6', () => {
  test.each(rowsOf(sta6))('%s: %s', async (arriving, cell) => {
    await using door = await watchDoor();
    await using parrot = await associate(door.port);
    await arrive(parrot, arriving);
    await expectCell(parrot, door, cell);
  });

  test('ARTIM was stopped by the request: it does not end an association', async () => {
    await using door = await watchDoor({ limits: { artim: 1_000 } });
    await using parrot = await associate(door.port);
    await using silent = await startParrot(door.port);
    expect(await silent.hearRest()).toEqual([]);
    await parrot.say(words.echoRequest());
    await expectCell(parrot, door, sta6['P-DATA-TF']);
  });

  test('local abort: AA-1', async () => {
    const door = await watchDoor();
    await using parrot = await associate(door.port);
    const closed = door[Symbol.asyncDispose]();
    expect(await parrot.hearRest()).toEqual(['ABORT 2,0']);
    await closed;
  });
});

describe('Sta13', () => {
  test.each(rowsOf(sta13))('%s: %s', async (arriving, cell) => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    await parrot.say(words.associateRequest({ calling: 'STRANGER' }));
    expect(inShort(await parrot.hear())).toBe('RJ 1,1,3');
    await arrive(parrot, arriving);
    await expectCell(parrot, door, cell);
  });

  test('ARTIM expired: AA-2, the end of a peer that does not close', async () => {
    await using door = await watchDoor({ limits: { artim: 100 } });
    await using parrot = await associate(door.port);
    await parrot.say(words.releaseRequest);
    expect(await parrot.hearRest()).toEqual(['RP']);
    // A connection that is really gone answers what is said with a reset.
    const gone = parrot.gone.then(() => 'gone' as const);
    do await parrot.say(words.echoRequest());
    while ((await Promise.race([gone, sleep(10)])) !== 'gone');
    expect(door.associations()).toBe(0);
  });
});
