import { inShort, words } from '@consort/testing/consort';
import { describe, expect, test } from 'vitest';
import { associate, watchDoor, type Wishes } from './door.fixture.ts';
import type { OperationReply, OperationRequest, Wishes as OperationWishes } from './operation.ts';

const { commandSet, context, data, item, value } = words;

const uids = {
  verification: '1.2.840.10008.1.1\0',
  ct: '1.2.840.10008.5.1.4.1.1.2\0',
  worklist: '1.2.840.10008.5.1.4.31',
  get: '1.2.840.10008.5.1.4.1.2.2.3\0',
  move: '1.2.840.10008.5.1.4.1.2.2.2\0',
  mpps: '1.2.840.10008.3.1.2.3.3\0',
  retrieveMpps: '1.2.840.10008.3.1.2.3.4\0',
  commitment: '1.2.840.10008.1.20.1',
} as const;
const contextIds = {
  verification: 1,
  ct: 3,
  worklist: 5,
  get: 7,
  move: 9,
  mpps: 11,
  retrieveMpps: 13,
  commitment: 15,
} as const;
type Kind = keyof typeof uids;

/** PARROT takes CT images and stores none; all it proposes is served. */
const proposal = {
  contexts: (Object.keys(uids) as Kind[]).map((kind) =>
    context(contextIds[kind], uids[kind].replace('\0', '')),
  ),
  user: [roleSelection(uids.ct.replace('\0', ''), 0, 1)],
};

function roleSelection(uid: string, scu: number, scp: number): Buffer {
  const length = Buffer.of(0, uid.length);
  return item(0x54, Buffer.concat([length, Buffer.from(uid, 'latin1'), Buffer.of(scu, scp)]));
}

function command(kind: Kind, elements: Record<number, string | number>): Buffer {
  return data(value(contextIds[kind], 3, commandSet({ 0x110: 5, 0x800: 0x101, ...elements })));
}

function identifier(kind: Kind, bytes = Buffer.from('an identifier')): Buffer {
  return data(value(contextIds[kind], 2, bytes));
}

const findRequest = Buffer.concat([
  command('worklist', { 0x02: uids.worklist, 0x100: 0x20, 0x800: 0 }),
  identifier('worklist'),
]);
const getRequest = Buffer.concat([
  command('get', { 0x02: uids.get, 0x100: 0x10, 0x800: 0 }),
  identifier('get'),
]);
const cancel = (messageId: number) => command('worklist', { 0x100: 0x0fff, 0x120: messageId });
const echo = command('verification', { 0x02: uids.verification, 0x100: 0x30 });

const success: OperationReply = { kind: 'response', elements: { status: 0x0000 } };
const pending: OperationReply = { kind: 'response', elements: { status: 0xff00 } };

/** A door that serves everything, with these answers. */
function serve(
  answers: (request: OperationRequest, wishes: OperationWishes) => AsyncIterable<OperationReply>,
  more: Wishes = {},
) {
  return watchDoor({
    ...more,
    serviceClasses: ['verification', 'query', 'retrieve', 'worklist', 'mpps', 'storageCommitment'],
    answers,
  });
}

async function* succeed(): AsyncGenerator<OperationReply> {
  yield success;
}

type Said = readonly [sentence: string, answer: string, ...said: Buffer[]];

const instance = { 0x03: uids.mpps, 0x1001: '1.2.3\0' };

describe('a request that cannot be fulfilled', () => {
  test.each([
    [
      'to find on a retrieve context',
      'RSP 8020 status 0211',
      command('get', { 0x02: uids.get, 0x100: 0x20, 0x800: 0 }),
      identifier('get'),
    ],
    [
      'to move on a worklist context',
      'RSP 8021 status 0211',
      command('worklist', { 0x02: uids.worklist, 0x100: 0x21, 0x800: 0 }),
      identifier('worklist'),
    ],
    [
      'to create on a verification context',
      'RSP 8140 status 0211',
      command('verification', { 0x02: uids.verification, 0x100: 0x140 }),
    ],
    [
      'to delete where nothing can be deleted',
      'RSP 8150 status 0211',
      command('mpps', { ...instance, 0x100: 0x150 }),
    ],
    [
      'to store on a worklist context',
      'RSP 8001 status 0211',
      command('worklist', { 0x02: uids.worklist, 0x100: 1, 0x800: 0, 0x1000: '1.2.3\0' }),
      identifier('worklist'),
    ],
    [
      'to store where only objects are taken',
      'RSP 8001 status 0124',
      command('ct', { 0x02: uids.ct, 0x100: 1, 0x800: 0, 0x1000: '1.2.3\0' }),
      identifier('ct'),
    ],
    [
      'of an operation that nobody knows',
      'RSP 8777 status 0211',
      command('mpps', { 0x02: uids.mpps, 0x100: 0x777 }),
    ],
    [
      'to find another SOP class',
      'RSP 8020 status 0122',
      command('worklist', { 0x02: uids.get, 0x100: 0x20, 0x800: 0 }),
      identifier('worklist'),
    ],
    [
      'to set one of another SOP class',
      'RSP 8120 status 0118',
      command('mpps', { 0x03: uids.get, 0x100: 0x120, 0x800: 0, 0x1001: '1.2.3\0' }),
      identifier('mpps'),
    ],
    [
      'to set what is not named',
      'RSP 8120 status 0117',
      command('mpps', { 0x03: uids.mpps, 0x100: 0x120, 0x800: 0 }),
      identifier('mpps'),
    ],
    [
      'to set a path',
      'RSP 8120 status 0117',
      command('mpps', { 0x03: uids.mpps, 0x100: 0x120, 0x800: 0, 0x1001: '../../1.2.3 ' }),
      identifier('mpps'),
    ],
    [
      'to create what has no UID for a name',
      'RSP 8140 status 0117',
      command('mpps', { 0x02: uids.mpps, 0x100: 0x140, 0x1000: 'x/' }),
    ],
    [
      'to find without an identifier',
      'RSP 8020 status 0212',
      command('worklist', { 0x02: uids.worklist, 0x100: 0x20 }),
    ],
    [
      'to set without attributes',
      'RSP 8120 status 0212',
      command('mpps', { ...instance, 0x100: 0x120 }),
    ],
    [
      'to get with a data set',
      'RSP 8110 status 0212',
      command('retrieveMpps', {
        0x03: uids.retrieveMpps,
        0x100: 0x110,
        0x800: 0,
        0x1001: '1.2.3\0',
      }),
      identifier('retrieveMpps'),
    ],
    [
      'to move nowhere',
      'RSP 8021 status A801',
      command('move', { 0x02: uids.move, 0x100: 0x21, 0x800: 0 }),
      identifier('move'),
    ],
    [
      'to move to a title that is none',
      'RSP 8021 status A801',
      command('move', { 0x02: uids.move, 0x100: 0x21, 0x600: 'A\\B ', 0x800: 0 }),
      identifier('move'),
    ],
    [
      'to act without an action',
      'RSP 8130 status 0123',
      command('commitment', { 0x03: uids.commitment, 0x100: 0x130, 0x1001: '1.2.3\0' }),
    ],
    [
      'to report no event',
      'RSP 8100 status 0113',
      command('commitment', { 0x02: uids.commitment, 0x100: 0x100, 0x1000: '1.2.3\0' }),
    ],
  ] satisfies readonly Said[])('%s hears %s, and the association goes on', async (...row) => {
    const [, answer, ...said] = row as Said;
    await using door = await serve(succeed);
    await using parrot = await associate(door.port, proposal);
    await parrot.say(...said);
    expect(inShort(await parrot.hear())).toBe(answer);
    await parrot.say(echo);
    expect(inShort(await parrot.hear())).toBe('RSP 8030 status 0000');
    expect(door.counts.begun).toBe(0);
  });

  test('whose answers fail hears that, and the association goes on', async () => {
    await using door = await serve(async function* () {
      yield pending;
      throw new Error('the answers end here');
    });
    await using parrot = await associate(door.port, proposal);
    await parrot.say(findRequest, echo);
    expect(inShort(await parrot.hear())).toBe('RSP 8020 status FF00');
    expect(inShort(await parrot.hear())).toBe('RSP 8020 status 0110');
    expect(inShort(await parrot.hear())).toBe('RSP 8030 status 0000');
    expect(door.failures).toEqual([new Error('the answers end here')]);
  });
});

describe('in an association in which there comes', () => {
  test.each([
    [
      'a cancel with a data set',
      'ABORT 2,5',
      command('worklist', { 0x100: 0x0fff, 0x120: 5, 0x800: 0 }),
    ],
    ['a response to nothing', 'ABORT 2,5', command('ct', { 0x100: 0x8001, 0x120: 1, 0x900: 0 })],
    [
      'an attribute tag of 3 bytes',
      'ABORT 2,6',
      command('retrieveMpps', {
        0x03: uids.retrieveMpps,
        0x100: 0x110,
        0x1001: '1.2.3\0',
        0x1005: 'abc',
      }),
    ],
    [
      'a status of 4 bytes',
      'ABORT 2,6',
      command('worklist', { 0x02: uids.worklist, 0x100: 0x20, 0x900: 'long' }),
    ],
    [
      'a find whose data set is on another context',
      'ABORT 2,5',
      command('worklist', { 0x02: uids.worklist, 0x100: 0x20, 0x800: 0 }),
      identifier('get'),
    ],
    [
      'a find that is released before its identifier',
      'ABORT 2,2',
      command('worklist', { 0x02: uids.worklist, 0x100: 0x20, 0x800: 0 }),
      words.releaseRequest,
    ],
  ] satisfies readonly Said[])('%s, the peer hears %s and the end', async (...row) => {
    const [, answer, ...said] = row as Said;
    await using door = await serve(succeed);
    await using parrot = await associate(door.port, proposal);
    await parrot.say(...said, echo);
    expect((await parrot.hearRest()).at(-1)).toBe(answer);
    await door.ended(1);
    expect(door.failures).toEqual([]);
  });

  test('an identifier without end, the peer hears A700 and the end', async () => {
    await using door = await serve(succeed, { limits: { smallDataSetSize: 50_000 } });
    await using parrot = await associate(door.port, proposal);
    await parrot.say(command('worklist', { 0x02: uids.worklist, 0x100: 0x20, 0x800: 0 }));
    const more = data(value(contextIds.worklist, 0, Buffer.alloc(10_000)));
    for (let size = 0; size < 1_000_000; size += 10_000) await parrot.say(more);
    expect(await parrot.hearRest()).toEqual(['RSP 8020 status A700', 'ABORT 2,0']);
    expect(door.counts).toEqual({ begun: 1, discarded: 1 });
  });
});

describe('a cancel', () => {
  /** Answers until it is cancelled, when that is asked for by this id. */
  async function* untilCancelled(
    _: OperationRequest,
    { cancelled }: OperationWishes,
  ): AsyncGenerator<OperationReply> {
    yield pending;
    if (!cancelled.aborted) {
      await new Promise((resolve) => cancelled.addEventListener('abort', resolve, { once: true }));
    }
    yield { kind: 'response', elements: { status: 0xfe00 } };
  }

  test('reaches the operation it names, and no other', async () => {
    await using door = await serve(untilCancelled);
    await using parrot = await associate(door.port, proposal);
    await parrot.say(findRequest);
    expect(inShort(await parrot.hear())).toBe('RSP 8020 status FF00');
    await parrot.say(cancel(4), cancel(6), cancel(5));
    expect(inShort(await parrot.hear())).toBe('RSP 8020 status FE00');
    await parrot.say(cancel(5), echo);
    expect(inShort(await parrot.hear())).toBe('RSP 8030 status 0000');
  });

  test('in the segment of its request is not lost', async () => {
    await using door = await serve(untilCancelled);
    await using parrot = await associate(door.port, proposal);
    await parrot.say(Buffer.concat([findRequest, cancel(5), echo, words.releaseRequest]));
    expect(await parrot.hearRest()).toEqual([
      'RSP 8020 status FF00',
      'RSP 8020 status FE00',
      'RSP 8030 status 0000',
      'RP',
    ]);
  });
});

test('a peer that aborts is gone for the operation under way, which is told and ended', async () => {
  const told: string[] = [];
  const ended = Promise.withResolvers<string>();
  await using door = await serve(async function* (_, { gone }) {
    try {
      yield pending;
      if (!gone.aborted) {
        await new Promise((resolve) => gone.addEventListener('abort', resolve, { once: true }));
      }
      for (;;) yield { ...pending, told: (outcome) => void told.push(outcome) };
    } finally {
      ended.resolve('ended');
    }
  });
  const parrot = await associate(door.port, proposal);
  await parrot.say(findRequest);
  expect(inShort(await parrot.hear())).toBe('RSP 8020 status FF00');
  await parrot.say(words.abort);
  expect(await ended.promise).toBe('ended');
  expect(told).toEqual(['peer gone']);
  await parrot[Symbol.asyncDispose]();
});

describe('an object of a C-GET', () => {
  /** Sends a CT image, then says how that went in the number of failed sub-operations. */
  function sending(outcomes: unknown[], transferSyntaxUid = '1.2.840.10008.1.2.1') {
    return async function* (): AsyncGenerator<OperationReply> {
      yield {
        kind: 'store',
        object: {
          sopClassUid: uids.ct.replace('\0', ''),
          sopInstanceUid: '1.2.3',
          transferSyntaxUid,
          dataSet: (async function* () {
            yield Buffer.from('an image');
          })(),
        },
        stored: (outcome) => void outcomes.push(outcome),
      };
      yield success;
    };
  }
  const storeResponse = (more: Record<number, string | number> = {}) =>
    command('ct', { 0x02: uids.ct, 0x100: 0x8001, 0x120: 1, 0x900: 0xb000, ...more });

  test('goes out on the context whose role the peer has, and its response is heard', async () => {
    const outcomes: unknown[] = [];
    await using door = await serve(sending(outcomes));
    await using parrot = await associate(door.port, proposal);
    await parrot.say(getRequest);
    const stored = await parrot.hear();
    expect(stored?.readUInt8(10)).toBe(contextIds.ct);
    expect((await parrot.hear())?.subarray(12).toString()).toBe('an image');
    await parrot.say(storeResponse());
    expect(inShort(await parrot.hear())).toBe('RSP 8010 status 0000');
    expect(outcomes).toEqual([0xb000]);
  });

  test.each([
    ['to another object', storeResponse({ 0x120: 2 })],
    ['with a data set', storeResponse({ 0x800: 0 })],
    ['that responds to nothing', command('ct', { 0x100: 0x8001, 0x900: 0 })],
  ])('whose response is one %s ends the association', async (_, response) => {
    const outcomes: unknown[] = [];
    await using door = await serve(sending(outcomes));
    await using parrot = await associate(door.port, proposal);
    await parrot.say(getRequest);
    await parrot.hear();
    await parrot.hear();
    await parrot.say(response);
    expect(await parrot.hearRest()).toEqual(['ABORT 2,5']);
    await door.ended(1);
    await expect.poll(() => outcomes, { timeout: 5_000 }).toEqual(['peer gone']);
  });

  test('that is never answered ends the association in the end', async () => {
    const outcomes: unknown[] = [];
    await using door = await serve(sending(outcomes), { limits: { idle: 300 } });
    await using parrot = await associate(door.port, proposal);
    await parrot.say(getRequest);
    await parrot.hear();
    await parrot.hear();
    expect(await parrot.hearRest()).toEqual(['ABORT 2,0']);
    const [ending] = await door.ended(1);
    expect(ending?.reason).toContain('no response to a sub-operation within 0.3 s');
    await expect.poll(() => outcomes, { timeout: 5_000 }).toEqual(['peer gone']);
  });

  test('in another transfer syntax than was accepted is not sent', async () => {
    const outcomes: unknown[] = [];
    await using door = await serve(sending(outcomes, '1.2.840.10008.1.2.4.90'));
    await using parrot = await associate(door.port, proposal);
    await parrot.say(getRequest);
    expect(inShort(await parrot.hear())).toBe('RSP 8010 status 0000');
    expect(outcomes).toEqual(['no context']);
  });

  test('is not sent to a peer that has not asked for the role', async () => {
    const outcomes: unknown[] = [];
    await using door = await serve(sending(outcomes));
    await using parrot = await associate(door.port, { contexts: proposal.contexts });
    await parrot.say(getRequest);
    expect(inShort(await parrot.hear())).toBe('RSP 8010 status 0000');
    expect(outcomes).toEqual(['no context']);
  });
});
