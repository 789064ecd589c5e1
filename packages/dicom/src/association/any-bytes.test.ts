import { words } from '@consort/testing/consort';
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  nat,
  oneof,
  record,
  uint8Array,
} from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAssociateAccept, decodeAssociateRequest } from './associate-decoder.ts';
import { decodeCommandSet } from './command-set.ts';
import { defaultLimits as limits } from './limits.ts';
import { MessageIntake, type DataSetTarget } from './message-intake.ts';
import { PduDecoder } from './pdu-decoder.ts';
import { encodeAssociateAccept } from './pdu-encoder.ts';
import type { PduEvent } from './pdu.ts';
import { ProtocolError } from './protocol-error.ts';

const { data, dataSet, item, pdu, storeRequest, value } = words;

const request = words.associateRequest({
  user: [
    item(0x53, Buffer.of(0, 1, 0, 1)),
    item(0x54, Buffer.concat([Buffer.of(0, 7), Buffer.from('1.2.3.4'), Buffer.of(1, 0)])),
    item(0x58, Buffer.of(2, 0, 0, 1, 65, 0, 1, 66)),
  ],
});
const accept = encodeAssociateAccept({
  calledAeTitle: 'CONSORT',
  callingAeTitle: 'PARROT',
  contexts: [
    { id: 1, result: 0, transferSyntax: '1.2.840.10008.1.2.1' },
    { id: 3, result: 3 },
  ],
  user: { maximumLength: 16_384, implementationClassUid: '1.2.3' },
});
/** A PDU of every kind, and values of every kind. */
const everything = Buffer.concat([
  request,
  accept,
  pdu(0x03, Buffer.of(0, 1, 1, 7)),
  words.echoRequest(),
  storeRequest(),
  data(value(3, 0, Buffer.from('three ')), value(3, 0, Buffer.alloc(0)), value(3, 0, Buffer.of(7))),
  data(value(3, 2, Buffer.alloc(0))),
  storeRequest(),
  dataSet(Buffer.from('another')),
  words.releaseRequest,
  pdu(0x06, Buffer.alloc(4)),
  words.abort,
]);

const extremes = [[0], [0xff], [0, 0], [0xff, 0xff], [0xff, 0xff, 0xff, 0xff]];
const piece = oneof(
  constantFrom(...extremes.map((bytes) => Uint8Array.from(bytes))),
  uint8Array({ maxLength: 6 }),
);

/** Noise, and what is valid with a few places spoiled, which gets deeper. */
function anyBytes(like: Buffer): Arbitrary<Buffer> {
  const place = record({ at: nat(like.length - 1), removed: nat(6), said: piece });
  const spoiled = array(place, { maxLength: 4 }).map((places) =>
    places.reduce(
      (bytes, { at, removed, said }) =>
        Buffer.concat([bytes.subarray(0, at), said, bytes.subarray(at + removed)]),
      like,
    ),
  );
  const noise = uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  return oneof({ weight: 4, arbitrary: spoiled }, noise);
}

/** Where to cut bytes. */
const anyCuts = array(nat(1_000), { maxLength: 30 });

function chunksOf(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const inside = cuts.map((cut) => cut % (bytes.length + 1));
  const places = [0, ...inside, bytes.length].sort((one, other) => one - other);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

/** The events of chunks. */
function* eventsOf(chunks: readonly Buffer[]): Generator<PduEvent> {
  const decoder = new PduDecoder(limits);
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let event = decoder.next(); event; event = decoder.next()) yield event;
  }
}

/** Why something ends in a ProtocolError, if it does. Every other error is thrown on. */
async function refusalOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

/** What chunks say, in a form that does not depend on where they were cut; and why they end, if not at their end. */
async function tell(chunks: readonly Buffer[]) {
  const told: string[] = [];
  const refusal = await refusalOf(() => {
    for (const event of eventsOf(chunks)) {
      if (event.kind === 'fragment') {
        const { contextId, isCommand, bytes, isLast } = event.fragment;
        for (const byte of bytes)
          told.push(`${contextId} ${isCommand ? 'command' : 'data'} ${byte}`);
        if (isLast) told.push('whole');
      } else told.push(JSON.stringify(event));
    }
  });
  return { told: told.join('\n'), refusal };
}

describe('any bytes at all', () => {
  test.each([
    ['an A-ASSOCIATE-RQ', request.subarray(6), decodeAssociateRequest],
    ['an A-ASSOCIATE-AC', accept.subarray(6), decodeAssociateAccept],
    ['a command set', words.echoRequest().subarray(12), decodeCommandSet],
  ])('are %s or a ProtocolError, nothing else', async (_, like, decode) => {
    const outcomes = new Set<boolean>();
    await assert(
      asyncProperty(anyBytes(like), async (bytes) => {
        outcomes.add((await refusalOf(() => decode(bytes, limits))) === undefined);
      }),
      { numRuns: 1500 },
    );
    expect(outcomes).toEqual(new Set([true, false]));
  });

  test('are PDUs up to a ProtocolError or their end, the same ones wherever they are cut', async () => {
    const outcomes = new Set<boolean>();
    await assert(
      asyncProperty(anyBytes(everything), anyCuts, async (bytes, cuts) => {
        const whole = await tell([bytes]);
        outcomes.add(whole.refusal === undefined);
        expect(await tell(chunksOf(bytes, cuts))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
    expect(outcomes).toEqual(new Set([true, false]));
    const oneByOne = Array.from(everything, (byte) => Buffer.of(byte));
    expect(await tell(oneByOne)).toEqual(await tell([everything]));
  });

  test('are messages up to a ProtocolError or their end', async () => {
    let ended = 0;
    await assert(
      asyncProperty(anyBytes(everything), anyCuts, async (bytes, cuts) => {
        let written = 0;
        const target: DataSetTarget = {
          write: ({ length }) => void (written += length),
          end: () => void (ended += 1),
          discard: async () => undefined,
        };
        const intake = new MessageIntake(limits, {
          isAccepted: (id) => id === 1 || id === 3,
          command: async ({ hasDataSet }) => (hasDataSet ? target : undefined),
        });
        await refusalOf(async () => {
          for (const event of eventsOf(chunksOf(bytes, cuts)))
            if (event.kind === 'fragment') await intake.take(event.fragment);
        });
        expect(written).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 500 },
    );
    expect(ended).toBeGreaterThan(0);
  });
});
