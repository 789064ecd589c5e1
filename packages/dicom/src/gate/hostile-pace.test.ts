import { setTimeout as sleep } from 'node:timers/promises';
import { inShort, startParrot, words, type Parrot } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { associate, digestOf, storeWell, watchDoor } from './door.fixture.ts';

const { data, dataSet, storeRequest, value } = words;
const image = Buffer.alloc(20_000, 'an image');

/** Says bytes one at a time, with a rest after each, until all are said or the other side is gone. */
async function sayByteByByte(parrot: Parrot, bytes: Buffer, rest = 5): Promise<'said' | 'gone'> {
  const gone = parrot.gone.then(() => 'gone' as const);
  for (const byte of bytes) {
    await parrot.say(Buffer.of(byte));
    if ((await Promise.race([gone, sleep(rest)])) === 'gone') return 'gone';
  }
  return 'said';
}

describe('one byte at a time', () => {
  test('H7, B2: a request ends at its deadline, although each byte came in time', async () => {
    await using door = await watchDoor({ limits: { artim: 250 } });
    await using parrot = await startParrot(door.port);
    const request = words.associateRequest({ contexts: Array<Buffer>(30).fill(words.context(1)) });

    expect(await sayByteByByte(parrot, request)).toBe('gone');
    expect(await parrot.hearRest()).toEqual([]);
    expect(await door.ended(1)).toEqual([
      { kind: 'silent', reason: 'no complete A-ASSOCIATE-RQ within 0.25 s' },
    ]);
  });

  test('H7: a data set ends when it falls behind the least rate', async () => {
    await using door = await watchDoor({ limits: { progressWindow: 250, artim: 250 } });
    await using parrot = await associate(door.port);
    await parrot.say(storeRequest(), dataSet(image).subarray(0, 12));

    expect(await sayByteByByte(parrot, image)).toBe('gone');
    expect(await parrot.hearRest()).toEqual(['ABORT 2,0']);
    expect(door.counts).toEqual({ begun: 1, discarded: 1 });
    expect(door.stored).toEqual([]);
    expect(await door.ended(1)).toMatchObject([
      { kind: 'aborted', reason: /too slowly in the middle of a message/ },
    ]);
  });

  test('the head of a PDU does not keep an association from being idle', async () => {
    await using door = await watchDoor({ limits: { idle: 250, artim: 250 } });
    await using parrot = await associate(door.port);
    expect(await sayByteByByte(parrot, storeRequest().subarray(0, 5), 100)).toBe('said');
    expect(await parrot.hearRest()).toEqual(['ABORT 2,0']);
    expect(await door.ended(1)).toMatchObject([{ reason: /^no message for 0.25 s/ }]);
  });

  test('a whole conversation in time is as good as any', async () => {
    await using door = await watchDoor();
    await using parrot = await startParrot(door.port);
    const small = Buffer.from('a small image');
    await sayByteByByte(parrot, words.associateRequest(), 0);
    expect(inShort(await parrot.hear())).toBe('AC 1:0 3:0');
    await sayByteByByte(parrot, Buffer.concat([storeRequest(), dataSet(small)]), 0);
    expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
    await sayByteByByte(parrot, words.releaseRequest, 0);
    expect(await parrot.hearRest()).toEqual(['RP']);
    expect(door.stored).toEqual([digestOf(small)]);
  });

  test('a slow peer that keeps the least rate may take longer than one window', async () => {
    await using door = await watchDoor({ limits: { progressWindow: 500, progressRate: 2 } });
    await using parrot = await associate(door.port);
    await parrot.say(storeRequest());
    for (let part = 0; part < 40; part += 1) {
      await parrot.say(
        data(value(3, part < 39 ? 0 : 2, image.subarray(500 * part, 500 * (part + 1)))),
      );
      await sleep(25);
    }
    expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
    expect(door.stored).toEqual([digestOf(image)]);
  });
});

describe('an association', () => {
  test('H6: is ended when it stays idle', async () => {
    await using door = await watchDoor({ limits: { idle: 100 } });
    await using parrot = await associate(door.port);
    expect(await parrot.hearRest()).toEqual(['ABORT 2,0']);
  });

  test('H36: is not idle while we owe it an answer', async () => {
    await using door = await watchDoor({
      limits: { idle: 100, progressWindow: 100 },
      end: async () => {
        await sleep(400);
        return { status: 0 };
      },
    });
    expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
  });

  test('is ended at the end of its lifetime, however busy it is', async () => {
    await using door = await watchDoor({ limits: { lifetime: 200 } });
    await using parrot = await associate(door.port);
    const heard: string[] = [];
    for (let said = 0; heard.at(-1) !== 'ABORT 2,0'; said += 1) {
      await parrot.say(words.echoRequest({ 0x110: said & 0xff }));
      heard.push(inShort(await parrot.hear()));
    }
    expect(new Set(heard)).toEqual(new Set(['RSP 8030 status 0000', 'ABORT 2,0']));
  });

  test.each([
    ['is rejected', words.associateRequest({ called: 'OTHER' }), 'RJ 1,1,7'],
    ['is aborted', Buffer.of(0x99, 0, 0, 0, 0, 0), 'ABORT 2,1'],
  ])('H25, B12: that %s is cut off when the peer does not close', async (_, said, answer) => {
    await using door = await watchDoor({ limits: { artim: 100 } });
    await using parrot = await startParrot(door.port);
    await parrot.say(said);
    expect(await parrot.hearRest()).toEqual([answer]);
    // A connection that is really gone answers what is said with a reset.
    expect(await sayByteByByte(parrot, image)).toBe('gone');
  });
});

describe('100 silent connections', () => {
  const many = <T>(make: () => Promise<T>) => Promise.all(Array.from({ length: 100 }, make));

  test('H26, B1: give up their places to a listed peer, and are cut off', async () => {
    await using door = await watchDoor({ limits: { strangers: 8, artim: 1_000 } });
    const before = await associate(door.port);
    const silent = await many(() => startParrot(door.port));

    expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
    await before.say(words.echoRequest());
    expect(inShort(await before.hear())).toBe('RSP 8030 status 0000');
    await before[Symbol.asyncDispose]();

    for (const parrot of silent) expect(await parrot.hearRest()).toEqual([]);
    const reasons = (await door.ended(102)).map(({ kind, reason }) => `${kind}: ${reason}`);
    const count = (text: string) => reasons.filter((one) => one.startsWith(text)).length;
    expect(count('silent: its place was needed for another connection')).toBeGreaterThanOrEqual(92);
    expect(count('silent: no complete A-ASSOCIATE-RQ within 1 s')).toBeGreaterThanOrEqual(5);
    expect(count('silent')).toBe(100);
    for (const parrot of silent) await parrot[Symbol.asyncDispose]();
  });

  test('H26, B34: cannot take the places of associations', async () => {
    await using door = await watchDoor({ maxAssociations: 2, limits: { strangers: 2 } });
    await using one = await associate(door.port);
    await using two = await associate(door.port);
    const silent = await many(() => startParrot(door.port));
    await using third = await startParrot(door.port);
    await third.say(words.associateRequest());
    expect(await third.hearRest()).toEqual(['RJ 2,3,2']);
    expect(door.associations()).toBe(2);

    for (const parrot of [one, two]) {
      await parrot.say(words.releaseRequest);
      expect(await parrot.hearRest()).toEqual(['RP']);
    }
    expect(await storeWell(door.port, image)).toEqual(['RSP 8001 status 0000', 'RP']);
    for (const parrot of silent) await parrot[Symbol.asyncDispose]();
  });
});
