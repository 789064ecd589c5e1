import { words, type Parrot } from '@consort/testing/consort';
import { expect, test } from 'vitest';
import { associate, watchDoor } from './door.fixture.ts';

const longUid = (start: string) => start.padEnd(64, '7');
const sopClass = longUid('1.2.840.10008.5.1.4.1.1.');
const storeRequest = words.storeRequest({ 0x02: sopClass, 0x1000: longUid('1.2.') });
const comment = 'c'.repeat(64);

/** The P-DATA-TFs of a response, to the one with its last fragment. */
async function hearResponse(parrot: Parrot): Promise<readonly Buffer[]> {
  const pdus: Buffer[] = [];
  for (;;) {
    const pdu = await parrot.hear();
    if (pdu?.[0] !== 0x04) throw new Error('no P-DATA-TF');
    pdus.push(pdu);
    if (((pdu[11] ?? 0) & 2) !== 0) return pdus;
  }
}

async function responsesTo(maximumLength: number) {
  await using door = await watchDoor({
    end: async () => ({ status: 0xa700, errorComment: comment }),
  });
  const contexts = [words.context(1, '1.2.840.10008.1.1'), words.context(3, sopClass)];
  await using parrot = await associate(door.port, { maximumLength, contexts });
  await parrot.say(words.echoRequest());
  const echo = await hearResponse(parrot);
  await parrot.say(storeRequest, words.dataSet(Buffer.from('an image')));
  return { echo, store: await hearResponse(parrot) };
}

const lengths = (pdus: readonly Buffer[]) => pdus.map((pdu) => pdu.readUInt32BE(2));
const fragments = (pdus: readonly Buffer[]) => Buffer.concat(pdus.map((pdu) => pdu.subarray(12)));

test.each([128, 129, 130, 150, 200, 255, 256, 16_384, 0xffff_ffff, 0])(
  'H17, B29: to a peer with a maximum length of %d we send PDUs as long as that at most, and say the same in them',
  async (maximumLength) => {
    const { echo, store } = await responsesTo(maximumLength);
    const whole = await responsesTo(0);

    const most = maximumLength === 0 ? Infinity : maximumLength;
    for (const response of [echo, store]) {
      // All but the last are full, as far as a fragment of even length allows (PS3.8 annex F).
      const full = lengths(response).slice(0, -1);
      expect(full).toEqual(full.map(() => (most - 6) & ~1).map((fragment) => fragment + 6));
      expect(Math.max(...lengths(response))).toBeLessThanOrEqual(most);
      const flags = response.map((pdu) => pdu[11]);
      expect(flags).toEqual([...full.map(() => 1), 3]);
    }
    expect(fragments(echo)).toEqual(fragments(whole.echo));
    expect(fragments(store)).toEqual(fragments(whole.store));
    expect(whole.store).toHaveLength(1);
    expect(fragments(store).includes(comment)).toBe(true);
  },
);

test('a response to a peer with the least maximum length comes in several PDUs', async () => {
  const { echo, store } = await responsesTo(128);
  expect(lengths(echo)).toEqual([84]);
  expect(lengths(store)).toEqual([128, 128, 30]);
});

test('to a peer that does not say its maximum length we send what everyone takes', async () => {
  await using door = await watchDoor();
  await using parrot = await associate(door.port, { userInformation: Buffer.alloc(0) });
  await parrot.say(words.echoRequest());
  expect(await hearResponse(parrot)).toHaveLength(1);
});
