import { once } from 'node:events';
import { connect } from 'node:net';
import { inShort, startParrot, words } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { associate, digestOf, storeWell, watchDoor } from './door.fixture.ts';

// What a naive DIMSE stack gets wrong around an association; docs/hostile-input.md explains the numbers.

const { associateRequest, context, dataSet, item, storeRequest } = words;
const image = Buffer.from('an image');

/** The value of a sub-item of the user information of an A-ASSOCIATE-AC (PS3.8 section 9.3.3.3). */
function subItem(accept: Buffer | undefined, type: number): Buffer | undefined {
  for (const { kind, value } of items(accept?.subarray(74) ?? Buffer.alloc(0))) {
    if (kind === 0x50) return [...items(value)].find((one) => one.kind === type)?.value;
  }
  return undefined;
}

function* items(bytes: Buffer): Generator<{ kind: number; value: Buffer }> {
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    yield { kind: bytes[at]!, value: bytes.subarray(at + 4, end) };
    at = end;
  }
}

it('H3, B11: what comes while the decision takes its time is not looked at, and a rejected peer stores nothing', async () => {
  const decided = Promise.withResolvers<void>();
  await using door = await watchDoor({ admit: () => decided.promise });
  await using stranger = await startParrot(door.port);
  await stranger.say(associateRequest({ calling: 'STRANGER' }), storeRequest(), dataSet(image));
  await using other = await watchDoor();
  await storeWell(other.port, image);
  decided.resolve();

  expect(await stranger.hearRest()).toEqual(['RJ 1,1,3']);
  expect(door.counts.begun).toBe(0);
});

it('H4, B10: a second request does not change who the peer is', async () => {
  await using door = await watchDoor();
  await using parrot = await associate(door.port);
  await parrot.say(associateRequest({ calling: 'OTHER', called: 'ELSEWHERE' }));
  expect(await parrot.hearRest()).toEqual(['ABORT 2,2']);
  await door.ended(1);
  expect(door.peers).toMatchObject([{ callingAeTitle: 'PARROT', calledAeTitle: 'CONSORT' }]);
});

it('H5, B15: a connection whose association was released is not given another one', async () => {
  await using door = await watchDoor();
  await using parrot = await associate(door.port);
  await parrot.say(words.releaseRequest, associateRequest(), storeRequest(), dataSet(image));
  expect(await parrot.hearRest()).toEqual(['RP']);
  expect(door.counts.begun).toBe(0);
});

it.each([0, 128, 16_384, 0xffff_ffff])(
  'H16: to a peer that takes %d bytes at a time we announce our own maximum length, not the smaller of two',
  async (maximumLength) => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    await parrot.say(associateRequest({ maximumLength }));
    expect(subItem(await parrot.hear(), 0x51)?.readUInt32BE(0)).toBe(65_536);
  },
);

it.each([
  [
    'throws',
    () => {
      throw new Error('a decision that throws');
    },
  ],
  ['rejects', () => Promise.reject(new Error('a decision that rejects'))],
])('H23: a decision that %s is an answer: rejected for now', async (_, admit) => {
  await using door = await watchDoor({ admit });
  await using parrot = await startParrot(door.port);
  await parrot.say(associateRequest(), storeRequest(), dataSet(image));
  expect(await parrot.hearRest()).toEqual(['RJ 2,3,1']);
  expect(door.counts.begun).toBe(0);
});

it('H26: a door that is opened at one address listens at no other', async () => {
  await using door = await watchDoor();
  const elsewhere = connect({ host: '127.0.0.2', port: door.port });
  const [error] = (await once(elsewhere, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
});

it('H37, B21: a title that would break a line of a log is told escaped', async () => {
  await using door = await watchDoor();
  for (const calling of ['A\r\nB', '\x1b[31mRED', 'A\\B', '\xe9', '<script>', '../../x', '%n'])
    await (async () => {
      await using parrot = await startParrot(door.port);
      await parrot.say(associateRequest({ calling }));
      expect(await parrot.hearRest()).toEqual(['RJ 1,1,3']);
    })();
  await door.ended(7);
  const told = door.peers.map(({ callingAeTitle }) => callingAeTitle);
  expect(told).toEqual([
    'A\\x0d\\x0aB',
    '\\x1b[31mRED',
    'A\\x5cB',
    '\\xe9',
    '<script>',
    '../../x',
    '%n',
  ]);
});

it.each([
  [0, 0],
  [65_535, 65_535],
  [5, 1],
])(
  'H41, B33: who asks for a window of %d and %d operations is given 1 and 1',
  async (...window) => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    const value = Buffer.alloc(4);
    value.writeUInt16BE(window[0], 0);
    value.writeUInt16BE(window[1], 2);
    await parrot.say(associateRequest({ user: [item(0x53, value)] }));
    expect(subItem(await parrot.hear(), 0x53)).toEqual(Buffer.of(0, 1, 0, 1));
  },
);

it('B26: an association all of whose contexts were refused takes no message', async () => {
  await using door = await watchDoor();
  await using parrot = await associate(door.port, {
    contexts: [context(3, '1.2.840.10008.5.1.4.31'), context(5, undefined, ['1.2.3'])],
  });
  await parrot.say(storeRequest(), dataSet(image));
  expect(await parrot.hearRest()).toEqual(['ABORT 2,5']);
  expect(door.counts.begun).toBe(0);
});

it('B32: a role for a class that was not proposed changes nothing', async () => {
  await using door = await watchDoor();
  const role = Buffer.concat([Buffer.of(0, 7), Buffer.from('1.2.3.4'), Buffer.of(1, 1)]);
  await using parrot = await startParrot(door.port);
  await parrot.say(associateRequest({ user: [item(0x54, role)] }));
  expect(inShort(await parrot.hear())).toBe('AC 1:0 3:0');
});

it('B35: 300 connections that are reset at once and 50 associations that are left leave nothing behind', async () => {
  await using door = await watchDoor();
  for (let round = 0; round < 10; round += 1) {
    const parrots = await Promise.all(Array.from({ length: 30 }, () => startParrot(door.port)));
    for (const parrot of parrots) parrot.reset();
    await Promise.all(parrots.map(({ gone }) => gone));
    const left = await Promise.all(Array.from({ length: 5 }, () => associate(door.port)));
    for (const parrot of left) parrot.reset();
    await Promise.all(left.map(({ gone }) => gone));
  }
  await door.ended(350);
  expect(door.associations()).toBe(0);
  expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
  expect(door.stored).toEqual([digestOf(image)]);
});
