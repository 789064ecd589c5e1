import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inShort, words } from '@consort/testing/consort';
import { expect, test } from 'vitest';
import { associate, digestOf, watchDoor } from './door.fixture.ts';

const { data, storeRequest, value } = words;
const half = data(value(3, 0, Buffer.alloc(60_000, 'half an image')));
const image = Buffer.alloc(300_000, 'a whole image');

// What each has said when it stops in the middle.
const stops: readonly (readonly Buffer[])[] = [
  [],
  [storeRequest().subarray(0, 4)],
  [storeRequest().subarray(0, 40)],
  [storeRequest()],
  [storeRequest(), half, half.subarray(0, 100)],
  [storeRequest(), ...Array<Buffer>(20).fill(half)],
];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What buffers hold, in MiB. */
async function buffered(): Promise<number> {
  // A buffer goes with the second collection after its last use.
  for (let times = 0; times < 3; times += 1) {
    collectGarbage();
    await turn();
  }
  return process.memoryUsage().arrayBuffers / 1024 ** 2;
}

test('64 associations that stop in the middle keep nothing from one that goes on, and little memory', async () => {
  await using door = await watchDoor({ maxAssociations: 65 });
  await using good = await associate(door.port);
  const before = await buffered();
  await using stalled = new AsyncDisposableStack();
  for (let count = 0; count < 64; count += 1) {
    const parrot = stalled.use(await associate(door.port));
    await parrot.say(...stops[count % stops.length]!);
  }
  expect(door.associations()).toBe(65);

  for (let count = 0; count < 20; count += 1) {
    await good.say(words.echoRequest());
    expect(inShort(await good.hear())).toBe('RSP 8030 status 0000');
    await good.say(storeRequest());
    for (let at = 0; at < image.length; at += 60_000) {
      const flags = at + 60_000 >= image.length ? 2 : 0;
      await good.say(data(value(3, flags, image.subarray(at, at + 60_000))));
    }
    expect(inShort(await good.hear())).toBe('RSP 8001 status 0000');
  }
  expect(door.stored).toEqual(Array<string>(20).fill(digestOf(image)));
  expect(door.associations()).toBe(65);
  // For each at most what is gathered for the disk, and a PDU read ahead.
  expect((await buffered()) - before).toBeLessThan(64 * 0.25);

  await good.say(words.releaseRequest);
  expect(await good.hearRest()).toEqual(['RP']);
  await stalled.disposeAsync();
  await door.ended(65);
  expect(door.associations()).toBe(0);
  expect(door.counts.discarded).toBe(door.counts.begun - 20);
  expect(door.failures).toEqual([]);
});
