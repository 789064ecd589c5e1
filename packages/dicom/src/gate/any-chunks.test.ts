import { setImmediate as turn } from 'node:timers/promises';
import { inShort, startParrot, words, type Parrot } from '@consort/testing/consort';
import { array, assert, asyncProperty, integer, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf, watchDoor } from './door.fixture.ts';

const { data, storeRequest, value } = words;

const images = [0, 1, 7, 5_000].map((length) => Buffer.alloc(length, 'pixels'));
const request = words.associateRequest({ maximumLength: 128 });
const rest = Buffer.concat([
  words.echoRequest(),
  ...images.flatMap((image) => [
    storeRequest(),
    data(
      value(3, 0, image.subarray(0, 3)),
      value(3, 0, Buffer.alloc(0)),
      value(3, 0, image.subarray(3, 4)),
    ),
    data(value(3, 2, image.subarray(4))),
  ]),
  words.releaseRequest,
]);
const heard = [
  'AC 1:0 3:0',
  'RSP 8030 status 0000',
  ...images.map(() => 'RSP 8001 status 0000'),
  'RP',
];

/** Says bytes cut at some places; the other side gets to read each piece by itself. */
async function sayInPieces(parrot: Parrot, bytes: Buffer, cuts: readonly number[]) {
  let said = 0;
  for (const cut of [...cuts.map((one) => one % bytes.length), bytes.length].sort(
    (a, b) => a - b,
  )) {
    await parrot.say(bytes.subarray(said, cut));
    await turn();
    said = cut;
  }
}

/** What is heard when a conversation is said in pieces. */
async function converse(port: number, requestCuts: readonly number[], cuts: readonly number[]) {
  await using parrot = await startParrot(port);
  await sayInPieces(parrot, request, requestCuts);
  const first = inShort(await parrot.hear());
  await sayInPieces(parrot, rest, cuts);
  return [first, ...(await parrot.hearRest())];
}

test('B16: a conversation is the same, however TCP cuts it', async () => {
  let said = 0;
  await using door = await watchDoor();
  const converses = async (requestCuts: readonly number[], cuts: readonly number[]) => {
    expect(await converse(door.port, requestCuts, cuts)).toEqual(heard);
    said += 1;
    expect(door.stored.slice(images.length * (said - 1))).toEqual(images.map(digestOf));
  };
  await converses([], []);
  await converses([...request.keys()], [...rest.subarray(0, 500).keys()]);

  const cuts = (length: number) => array(nat(length - 1), { maxLength: 12 });
  // Most cuts in the heads, which are near the beginning, some anywhere.
  await assert(
    asyncProperty(cuts(request.length), cuts(600), cuts(rest.length), (first, near, far) =>
      converses(first, [...near, ...far]),
    ),
    { numRuns: 60 },
  );
  await assert(
    asyncProperty(integer({ min: 1, max: 200 }), (step) => {
      const places = (bytes: Buffer) => [...bytes.keys()].filter((place) => place % step === 0);
      return converses(places(request), places(rest.subarray(0, 60 * step)));
    }),
    { numRuns: 20 },
  );
  expect(door.counts.discarded).toBe(0);
  expect(door.failures).toEqual([]);
});
