import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { inShort, words } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { associate, digestOf, storeWell, watchDoor } from './door.fixture.ts';

// What a naive DIMSE stack gets wrong about messages; docs/hostile-input.md explains the numbers.

const { data, dataSet, storeRequest, value } = words;
const image = Buffer.from('an image');

/** Bytes no two of which are in a place they could be mistaken for another. */
function counting(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4) bytes.writeUInt32BE(at, at);
  return bytes;
}

it('H18, B62: a data set reaches a slow disk whole and in order before Success is said', async () => {
  const large = counting(2_000_000);
  let written = 0;
  await using door = await watchDoor({
    async write() {
      // Now and then longer than the next fragments take to come.
      written += 1;
      await (written % 7 === 0 ? sleep(5) : turn());
    },
  });
  await using parrot = await associate(door.port);
  await parrot.say(storeRequest());
  for (let at = 0; at < large.length; at += 16_000) {
    const isLast = at + 16_000 >= large.length;
    await parrot.say(data(value(3, isLast ? 2 : 0, large.subarray(at, at + 16_000))));
  }
  expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
  expect(door.stored).toEqual([digestOf(large)]);
});

it('B62: 30 000 values of one byte are the same data set', async () => {
  const bytes = counting(30_000);
  await using door = await watchDoor();
  await using parrot = await associate(door.port);
  await parrot.say(storeRequest());
  for (let at = 0; at < bytes.length; at += 1_000)
    await parrot.say(
      data(
        ...Array.from({ length: 1_000 }, (_, offset) =>
          value(3, at + offset === 29_999 ? 2 : 0, bytes.subarray(at + offset, at + offset + 1)),
        ),
      ),
    );
  expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
  expect(door.stored).toEqual([digestOf(bytes)]);
});

it('H19: while the disk takes nothing the peer is not read, so that memory does not stand in for it', async () => {
  const part = data(...Array<Buffer>(20).fill(value(3, 0, Buffer.alloc(3_000))));
  const count = 2_000;
  const disk = Promise.withResolvers<void>();
  await using door = await watchDoor({ write: () => disk.promise });
  await using parrot = await associate(door.port);
  let said = 0;
  const saying = (async () => {
    await parrot.say(storeRequest());
    for (; said < count; said += 1) await parrot.say(part);
    await parrot.say(data(value(3, 2, Buffer.alloc(0))));
  })();
  // What the kernel holds of both directions is a few parts; then nothing more goes out.
  for (let before = -1; before !== said; await sleep(300)) before = said;
  const stoppedAt = said;
  disk.resolve();
  await saying;

  expect(stoppedAt).toBeGreaterThan(0);
  expect(stoppedAt).toBeLessThan(count / 2);
  expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
  expect(door.stored).toEqual([digestOf(Buffer.alloc(count * 60_000))]);
});

it('H20: a disk that fails ends in the answer, not in the end of the process', async () => {
  await using door = await watchDoor({
    write: () => Promise.reject(new Error('ENOSPC')),
    end: async () => ({ status: 0xa700 }),
  });
  await using parrot = await associate(door.port);
  for (let time = 0; time < 3; time += 1) {
    await parrot.say(storeRequest(), dataSet(Buffer.alloc(60_000)), words.echoRequest());
    expect(inShort(await parrot.hear())).toBe('RSP 8001 status A700');
    expect(inShort(await parrot.hear())).toBe('RSP 8030 status 0000');
  }
});

it('H22: an answer that throws is a failure for its peer, and the association goes on', async () => {
  const failure = new Error('a handler that throws');
  await using door = await watchDoor({ end: () => Promise.reject(failure) });
  await using parrot = await associate(door.port);
  await parrot.say(storeRequest(), dataSet(image), words.echoRequest());
  expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0110');
  expect(inShort(await parrot.hear())).toBe('RSP 8030 status 0000');
  expect(door.failures).toEqual([failure]);
});

it('H38: what no dictionary knows is kept as it came', async () => {
  const strange = Buffer.from(
    '09000110554e000004000000010203040900ff105a5a000002000000ffff',
    'hex',
  );
  await using door = await watchDoor();
  expect(await storeWell(door.port, strange)).toEqual(['RSP 8001 status 0000', 'RP']);
  expect(door.stored).toEqual([digestOf(strange)]);
});

it.each([
  '../../etc/cron.d/x',
  '/absolute',
  'C:\\x',
  '1.2\0.3',
  '1..2',
  '7.7.7.',
  `1.${'2'.repeat(10_000)}`,
])(
  'B45: %j for an instance UID is answered 0117, never repeated, and nothing is stored',
  async (uid) => {
    await using door = await watchDoor();
    await using parrot = await associate(door.port);
    await parrot.say(storeRequest({ 0x1000: uid }), dataSet(image));
    const response = await parrot.hear();
    expect(inShort(response)).toBe('RSP 8001 status 0117');
    expect(response?.includes(uid)).toBe(false);
    expect(door.counts.begun).toBe(0);
  },
);
