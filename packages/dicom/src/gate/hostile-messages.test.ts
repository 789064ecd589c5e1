import { inShort, words } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import type { Limits } from '../association/limits.ts';
import { associate, digestOf, storeWell, watchDoor } from './door.fixture.ts';

const { commandSet, context, data, dataSet, pdu, storeRequest, value } = words;
const worklist = '1.2.840.10008.5.1.4.31';
const ct = '1.2.840.10008.5.1.4.1.1.2';
const image = Buffer.from('an image that must not be stored');
/** A command set without the end of it. */
const halfCommand = data(value(3, 1, Buffer.alloc(8)));

const emptyUid = '1.2.840.10008.1.1\0';
const echo = { 0x02: emptyUid, 0x100: 0x30, 0x110: 1, 0x800: 0x101 };

function command(...bytes: readonly Buffer[]): Buffer {
  return data(value(1, 3, Buffer.concat(bytes)));
}

type Conversation = readonly [sentence: string, answer: string, ...said: Buffer[]];

const inOneSegment = ([sentence, answer, ...said]: Conversation) =>
  [sentence, answer, Buffer.concat(said)] as const;

// Each is said in one segment in an accepted association; then a C-STORE follows in the same one.
const conversations: readonly Conversation[] = [
  ['H24, B3: a PDU of a type that nobody knows', 'ABORT 2,1', pdu(0x99, Buffer.alloc(4))],
  ['H4, B10: a second A-ASSOCIATE-RQ', 'ABORT 2,2', words.associateRequest({ calling: 'OTHER' })],
  ['B10: A-ASSOCIATE-AC', 'ABORT 2,2', pdu(0x02, Buffer.alloc(68))],
  ['A-ASSOCIATE-RJ', 'ABORT 2,2', pdu(0x03, Buffer.alloc(4))],
  ['A-RELEASE-RP', 'ABORT 2,2', pdu(0x06, Buffer.alloc(4))],
  ['B14: A-RELEASE-RQ of length 0', 'ABORT 2,6', pdu(0x05, Buffer.alloc(0))],
  ['H5, B12: A-RELEASE-RQ', 'RP', words.releaseRequest],
  ['H5, B12: A-ABORT', 'nothing', words.abort],

  ['B8: a P-DATA-TF of length 0', 'ABORT 2,6', pdu(0x04, Buffer.alloc(0))],
  ['a P-DATA-TF of length 5', 'ABORT 2,6', pdu(0x04, Buffer.alloc(5))],
  ['B7: a P-DATA-TF one byte too long', 'ABORT 2,6', pdu(0x04, Buffer.alloc(0), 64 * 1024 + 1)],
  ['H8, B7: a P-DATA-TF of 4 GiB', 'ABORT 2,6', pdu(0x04, Buffer.alloc(0), 0xffff_ffff)],
  ['B8: a value of length 0', 'ABORT 2,6', data(value(3, 3, image, 0))],
  ['B8: a value of length 1', 'ABORT 2,6', data(value(3, 3, image, 1))],
  [
    'B8: a value one byte longer than its PDU',
    'ABORT 2,6',
    data(value(3, 3, image, image.length + 3)),
  ],
  ['B8: a value of 4 GiB', 'ABORT 2,6', data(value(3, 3, image, 0xffff_ffff))],
  [
    'B8: a second value that reaches beyond the PDU',
    'ABORT 2,6',
    data(value(3, 1, image), value(3, 1, image, image.length + 3)),
  ],
  [
    'a PDU that ends in the head of a value',
    'ABORT 2,6',
    data(value(3, 1, image), Buffer.alloc(5)),
  ],

  ['B41: a data set without a command', 'ABORT 2,5', dataSet(image)],
  ['a command without its last fragment', 'ABORT 2,5', halfCommand, dataSet(image)],
  ['B42: a command in the middle of a data set', 'ABORT 2,5', storeRequest(), storeRequest()],
  [
    'B41: a command after half a data set',
    'ABORT 2,5',
    storeRequest(),
    data(value(3, 0, image)),
    words.echoRequest(),
  ],
  [
    'H30, B41: a data set on another context',
    'ABORT 2,5',
    storeRequest(),
    data(value(1, 2, image)),
  ],
  [
    'H2, B26: a command on a context that was refused',
    'ABORT 2,5',
    data(value(5, 3, commandSet(echo))),
  ],
  ['H2: a command on a context not proposed', 'ABORT 2,5', data(value(7, 3, commandSet(echo)))],
  ['half a command, then one on another context', 'ABORT 2,5', halfCommand, words.echoRequest()],
  ['a release in the middle of a command', 'ABORT 2,2', halfCommand, words.releaseRequest],
  ['a release before the data set', 'ABORT 2,2', storeRequest(), words.releaseRequest],
  [
    'B13: a release in the middle of a data set',
    'ABORT 2,2',
    storeRequest(),
    data(value(3, 0, image)),
    words.releaseRequest,
  ],
  [
    'an abort in the middle of a data set',
    'nothing',
    storeRequest(),
    data(value(3, 0, image)),
    words.abort,
  ],

  [
    'B36: a command of more than 64 KiB',
    'ABORT 2,6',
    ...Array<Buffer>(9).fill(data(value(1, 1, Buffer.alloc(8 * 1024)))),
  ],
  ['B37: an empty command', 'ABORT 2,6', command()],
  ['H27, B37: a command of noise', 'ABORT 2,6', command(Buffer.from('no elements at all'))],
  [
    'B37: a command in Explicit VR',
    'ABORT 2,6',
    command(Buffer.from('00000001555302003000', 'hex')),
  ],
  [
    'B37: an element that reaches beyond its command',
    'ABORT 2,6',
    command(commandSet(echo), Buffer.from('0000000900000000', 'hex').fill(0xff, 4)),
  ],
  ['an element of another group', 'ABORT 2,6', command(commandSet(echo), Buffer.alloc(8, 8))],
  [
    'elements out of order',
    'ABORT 2,6',
    command(commandSet({ 0x800: 0x101 }), commandSet({ 0x100: 0x30, 0x110: 1 })),
  ],
  ['B38: no Command Field', 'ABORT 2,6', command(commandSet({ 0x110: 1, 0x800: 0x101 }))],
  ['B38: no Message ID', 'ABORT 2,6', command(commandSet({ 0x100: 0x30, 0x800: 0x101 }))],
  ['B38: no Command Data Set Type', 'ABORT 2,6', command(commandSet({ 0x100: 0x30, 0x110: 1 }))],
  ['a Message ID of 4 bytes', 'ABORT 2,6', command(commandSet({ ...echo, 0x110: 'long' }))],
  ['B40: a response', 'ABORT 2,5', storeRequest({ 0x100: 0x8001 })],
];

// Each is said in one segment in an accepted association.
const unfulfillable: readonly Conversation[] = [
  [
    'H27, B39: of an operation that nobody knows',
    'RSP 8777 status 0211',
    command(commandSet({ ...echo, 0x100: 0x777 })),
  ],
  ['B39: to find', 'RSP 8020 status 0211', storeRequest({ 0x100: 0x20 }), dataSet(image)],
  [
    'B44: of another SOP class than its context',
    'RSP 8001 status 0122',
    storeRequest({ 2: '1.2.3\0' }),
    dataSet(image),
  ],
  [
    'B45: without an instance UID',
    'RSP 8001 status 0117',
    storeRequest({ 0x1000: '' }),
    dataSet(image),
  ],
  [
    'B45: with a path for an instance UID',
    'RSP 8001 status 0117',
    storeRequest({ 0x1000: '../../1.2.3' }),
    dataSet(image),
  ],
  [
    'B45: with an instance UID of 65 characters',
    'RSP 8001 status 0117',
    storeRequest({ 0x1000: `${'1'.repeat(65)}\0` }),
    dataSet(image),
  ],
  ['B42: to store without a data set', 'RSP 8001 status 0212', storeRequest({ 0x800: 0x101 })],
  ['to echo with a storage class', 'RSP 8030 status 0122', command(commandSet({ ...echo, 2: ct }))],
];

describe('an association in which there comes', () => {
  test.each(conversations.map(inOneSegment))(
    '%s hears %s and the end, and stores nothing',
    async (_, answer, said) => {
      await using door = await watchDoor();
      await using parrot = await associate(door.port, contextsWithOneRefused());
      await parrot.say(said, storeRequest(), dataSet(image));

      expect((await parrot.hearRest()).join(', ') || 'nothing').toBe(answer);
      await parrot.say(storeRequest(), dataSet(image));
      const good = Buffer.from('a good image');
      expect(await storeWell(door.port, good)).toEqual(['RSP 8001 status 0000', 'RP']);

      expect(door.stored).toEqual([digestOf(good)]);
      expect(door.counts.discarded).toBe(door.counts.begun - 1);
      expect(door.failures).toEqual([]);
      await door.ended(2);
    },
  );
});

test.each([0, 1, image.length + 3, 0xffff_ffff])(
  'a value that says a length of %d is itself the reason of the end',
  async (length) => {
    await using door = await watchDoor();
    await using parrot = await associate(door.port);
    await parrot.say(data(value(3, 3, image, length)));
    expect(await parrot.hearRest()).toEqual(['ABORT 2,6']);
    const [ending] = await door.ended(1);
    expect(ending?.reason).toContain(
      `a presentation data value with a length of ${length} where ${image.length + 2} bytes are left`,
    );
  },
);

describe('a request that cannot be fulfilled', () => {
  test.each(unfulfillable.map(inOneSegment))(
    '%s hears %s, and the association goes on',
    async (_, answer, said) => {
      await using door = await watchDoor();
      await using parrot = await associate(door.port);
      await parrot.say(said);
      expect(inShort(await parrot.hear())).toBe(answer);

      await parrot.say(storeRequest(), dataSet(Buffer.from('a good image')));
      expect(inShort(await parrot.hear())).toBe('RSP 8001 status 0000');
      expect(door.stored).toEqual([digestOf(Buffer.from('a good image'))]);
    },
  );

  test('a cancel has no response', async () => {
    await using door = await watchDoor();
    await using parrot = await associate(door.port);
    await parrot.say(
      command(commandSet({ 0x100: 0x0fff, 0x120: 1, 0x800: 0x101 })),
      words.echoRequest(),
    );
    expect(inShort(await parrot.hear())).toBe('RSP 8030 status 0000');
  });
});

describe('a data set without end', () => {
  const limits: Partial<Limits> = { objectSize: 100_000 };

  test.each([
    [
      'B61: of an image hears A700, then the end',
      storeRequest(),
      ['RSP 8001 status A700', 'ABORT 2,0'],
    ],
    ['B61: that nobody wants hears the end', storeRequest({ 0x1000: '' }), ['ABORT 2,0']],
  ])('%s', async (_, request, answer) => {
    await using door = await watchDoor({ limits });
    await using parrot = await associate(door.port);
    await parrot.say(request);
    const more = data(value(3, 0, Buffer.alloc(10_000)));
    for (let size = 0; size < 3_000_000; size += 10_000) await parrot.say(more);

    expect(await parrot.hearRest()).toEqual(answer);
    expect(door.stored).toEqual([]);
    expect(door.counts.discarded).toBe(door.counts.begun);
  });
});

test('B43: what is said while an answer is owed waits for its turn, and is answered in order', async () => {
  const answer = Promise.withResolvers<{ status: number }>();
  await using door = await watchDoor({ end: () => answer.promise });
  await using parrot = await associate(door.port);
  await parrot.say(storeRequest(), dataSet(image), words.echoRequest(), storeRequest());
  await parrot.say(dataSet(Buffer.from('another')), words.releaseRequest);
  answer.resolve({ status: 0xb000 });
  expect(await parrot.hearRest()).toEqual([
    'RSP 8001 status B000',
    'RSP 8030 status 0000',
    'RSP 8001 status B000',
    'RP',
  ]);
  expect(door.stored).toEqual([digestOf(image), digestOf(Buffer.from('another'))]);
});

function contextsWithOneRefused() {
  return { contexts: [context(1, '1.2.840.10008.1.1'), context(3), context(5, worklist)] };
}
