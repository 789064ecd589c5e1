import { setImmediate as turn } from 'node:timers/promises';
import { inShort, startParrot, words, type Parrot } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { associate, digestOf, storeWell, watchDoor } from './door.fixture.ts';
import type { StoreReply } from './door.ts';

const { dataSet, storeRequest } = words;
const image = Buffer.from('an image');
const midMessage = 'the peer closed the connection in the middle of a message';
const gone = 'the peer closed the connection';

/** How far a conversation has come, by what is said in it and whether that begins with an association. */
const states: readonly (readonly [string, string, Buffer, 'associated' | 'stranger'])[] = [
  ['before a word', gone, Buffer.alloc(0), 'stranger'],
  ['in a request', gone, words.associateRequest().subarray(0, 100), 'stranger'],
  ['in the head of a request', gone, words.associateRequest().subarray(0, 3), 'stranger'],
  ['B15: between messages', gone, Buffer.alloc(0), 'associated'],
  ['in the head of a PDU', gone, storeRequest().subarray(0, 5), 'associated'],
  ['in a command', midMessage, storeRequest().subarray(0, 30), 'associated'],
  ['before the data set', midMessage, storeRequest(), 'associated'],
  [
    'H21: in a data set',
    midMessage,
    Buffer.concat([storeRequest(), dataSet(image).subarray(0, -1)]),
    'associated',
  ],
];

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function startIn(state: (typeof states)[number], port: number): Promise<Parrot> {
  const [, , said, kind] = state;
  const parrot = await (kind === 'associated' ? associate(port) : startParrot(port));
  await parrot.say(said);
  return parrot;
}

const ways = ['half-closed', 'reset'] as const;

describe.each(ways)('a connection that is %s', (way) => {
  const breakOff = (parrot: Parrot) => (way === 'reset' ? parrot.reset() : parrot.halfClose());

  test.each(states)('%s has ended: %s', async (...state) => {
    await using door = await watchDoor();
    await using parrot = await startIn(state, door.port);
    breakOff(parrot);

    expect(await parrot.hearRest()).toEqual([]);
    await parrot.gone;
    expect(await door.ended(1)).toEqual([{ kind: 'peer gone', reason: state[1] }]);
    expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
    expect(door.stored).toEqual([digestOf(image)]);
    expect(door.counts.discarded).toBe(door.counts.begun - 1);
  });

  test('while an answer is owed has left its image, and the answer knows that nobody hears it', async () => {
    const owing = Promise.withResolvers<AbortSignal>();
    const answer = Promise.withResolvers<{ status: number }>();
    await using door = await watchDoor({
      end(signal) {
        owing.resolve(signal);
        return answer.promise;
      },
    });
    await using parrot = await associate(door.port);
    await parrot.say(storeRequest(), dataSet(image));
    const signal = await owing.promise;
    expect(signal.aborted).toBe(false);
    breakOff(parrot);
    if (!signal.aborted) await aborted(signal);
    answer.resolve({ status: 0 });

    expect(await parrot.hearRest()).toEqual([]);
    expect(door.stored).toEqual([digestOf(image)]);
    expect(await door.ended(1)).toEqual([{ kind: 'peer gone', reason: gone }]);
    expect((signal.reason as Error).message).toBe(gone);
    await expect.poll(() => door.told).toEqual(['peer gone']);
    expect(door.failures).toEqual([]);
  });

  test('after its end is no trouble', async () => {
    await using door = await watchDoor();
    await using rejected = await startParrot(door.port);
    await rejected.say(words.associateRequest({ called: 'OTHER' }));
    expect(inShort(await rejected.hear())).toBe('RJ 1,1,7');
    breakOff(rejected);
    await using released = await associate(door.port);
    await released.say(words.releaseRequest);
    expect(inShort(await released.hear())).toBe('RP');
    breakOff(released);

    await Promise.all([rejected.gone, released.gone]);
    const kinds = (await door.ended(2)).map(({ kind }) => kind);
    expect(kinds).toEqual(['rejected', 'released']);
    expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
  });
});

test('H25: what was said before the end of the connection is heard to its end', async () => {
  const images = Array.from({ length: 20 }, (_, index) => Buffer.alloc(1000, index));
  await using door = await watchDoor({
    async end(signal) {
      // The first answer takes so long that all the rest, and the end, are here by then.
      if (!signal.aborted) await aborted(signal);
      return { status: 0 };
    },
  });
  await using parrot = await associate(door.port);
  for (const one of images) {
    await parrot.say(storeRequest(), dataSet(one));
    await turn();
  }
  parrot.halfClose();
  await door.ended(1);
  expect(door.stored).toEqual(images.map(digestOf));
});

test('an abort is heard in front of a flood that nobody was reading', async () => {
  const answer = Promise.withResolvers<StoreReply>();
  await using door = await watchDoor({ limits: { artim: 60_000 }, end: () => answer.promise });
  await using parrot = await associate(door.port);
  await parrot.say(storeRequest(), dataSet(image));
  const flood = Array<Buffer>(200).fill(dataSet(Buffer.alloc(60_000)));
  const said = parrot.say(...flood);
  await expect.poll(() => door.stored).toEqual([digestOf(image)]);
  answer.resolve({ status: 0x0110, abort: { source: 0, reason: 0 } });

  expect(await parrot.hearRest()).toEqual(['ABORT 0,0']);
  await said;
  expect(door.stored).toEqual([digestOf(image)]);
});

test('a rejected peer hears why, even behind a flood of its own', async () => {
  await using door = await watchDoor({ limits: { artim: 60_000 } });
  await using parrot = await startParrot(door.port);
  await parrot.say(words.associateRequest({ called: 'OTHER' }));
  for (let said = 0; said < 200; said += 1)
    await parrot.say(storeRequest(), dataSet(Buffer.alloc(60_000)));
  expect(await parrot.hearRest()).toEqual(['RJ 1,1,7']);
  expect(door.counts.begun).toBe(0);
});
