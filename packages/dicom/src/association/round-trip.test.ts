import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
  uint8Array,
  uniqueArray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCommandSet, encodeCommandSet } from './command-set.ts';
import { defaultLimits as limits } from './limits.ts';
import { PduDecoder } from './pdu-decoder.ts';
import {
  encodeAbort,
  encodeAssociateAccept,
  encodeAssociateRequest,
  encodeCommandPdus,
  encodeReject,
  encodeRelease,
  fragmentLength,
} from './pdu-encoder.ts';
import { dicomApplicationContext, type PduEvent } from './pdu.ts';
import { sendDataSet } from './send-data-set.ts';

const uid = array(integer({ min: 0, max: 99_999 }), { minLength: 2, maxLength: 10 }).map((parts) =>
  parts.join('.'),
);
const printable = Array.from({ length: 0x7e - 0x21 + 1 }, (_, index) =>
  String.fromCodePoint(0x21 + index),
).filter((character) => character !== '\\');
const title = (maxLength = 16) =>
  string({ unit: constantFrom(...printable), minLength: 1, maxLength });
const uint16 = integer({ min: 0, max: 0xffff });
const byte = integer({ min: 0, max: 255 });
const contextIds = uniqueArray(nat(127), { maxLength: 128 }).map((ids) =>
  ids.map((id) => 2 * id + 1),
);
const user = record({
  maximumLength: integer({ min: 0, max: 0xffff_ffff }),
  implementationClassUid: uid,
  implementationVersionName: option(title(), { nil: undefined }),
  operationsWindow: option(record({ invoked: uint16, performed: uint16 }), { nil: undefined }),
});
const titles = { calledAeTitle: title(), callingAeTitle: title() };

/** The events of bytes that are cut at some places. */
function eventsOf(bytes: Buffer, cuts: readonly number[]): readonly PduEvent[] {
  const decoder = new PduDecoder(limits);
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  const events: PduEvent[] = [];
  let from = 0;
  for (const to of places.toSorted((one, other) => one - other)) {
    decoder.push(bytes.subarray(from, to));
    from = to;
    for (let event = decoder.next(); event; event = decoder.next()) events.push(copyOf(event));
  }
  expect(decoder.untold).toBeUndefined();
  return events;
}

/** A fragment is a slice that does not last. */
function copyOf(event: PduEvent): PduEvent {
  if (event.kind !== 'fragment') return event;
  return {
    kind: 'fragment',
    fragment: { ...event.fragment, bytes: Buffer.from(event.fragment.bytes) },
  };
}

const cuts = array(nat(5_000), { maxLength: 8 });

/** What comes back of an A-ASSOCIATE PDU besides its contexts. */
function decoded(content: {
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly user: object;
}) {
  return {
    protocolVersion: 1,
    calledAeTitle: content.calledAeTitle.padEnd(16),
    callingAeTitle: content.callingAeTitle.padEnd(16),
    applicationContexts: [dicomApplicationContext],
    user: { ...content.user, roles: [], userIdentityType: undefined },
  };
}

/** The last of the events, after the header that begins them. */
function told(bytes: Buffer, places: readonly number[]): PduEvent | undefined {
  const [header, ...events] = eventsOf(bytes, places);
  expect(header).toMatchObject({ kind: 'header', length: bytes.length - 6 });
  expect(events).toHaveLength(1);
  return events[0];
}

describe('what we encode is what is decoded, wherever it is cut', () => {
  test('A-ASSOCIATE-RQ', () => {
    const contexts = tuple(
      contextIds,
      array(tuple(uid, array(uid, { maxLength: 6 })), { minLength: 1 }),
    ).map(([ids, offers]) =>
      ids.map((id, index) => {
        const [abstractSyntax, transferSyntaxes] = offers[index % offers.length]!;
        return { id, abstractSyntax, transferSyntaxes };
      }),
    );
    assert(
      property(record({ ...titles, contexts, user }), cuts, (content, places) => {
        expect(told(encodeAssociateRequest(content), places)).toEqual({
          kind: 'A-ASSOCIATE-RQ',
          request: { ...decoded(content), contexts: content.contexts },
        });
      }),
      { numRuns: 300 },
    );
  });

  test('A-ASSOCIATE-AC', () => {
    const answer = oneof(
      record({ result: constant(0), transferSyntax: uid }),
      record({ result: integer({ min: 1, max: 255 }) }),
    );
    const contexts = tuple(contextIds, array(answer, { minLength: 1 })).map(([ids, answers]) =>
      ids.map((id, index) => ({ id, ...answers[index % answers.length]! })),
    );
    assert(
      property(record({ ...titles, contexts, user }), cuts, (content, places) => {
        expect(told(encodeAssociateAccept(content), places)).toEqual({
          kind: 'A-ASSOCIATE-AC',
          accept: { ...decoded(content), contexts: content.contexts },
        });
      }),
      { numRuns: 300 },
    );
  });

  test('A-ASSOCIATE-RJ, A-ABORT and both of A-RELEASE', () => {
    const rejection = record({ result: byte, source: byte, reason: byte });
    assert(
      property(rejection, record({ source: byte, reason: byte }), cuts, (no, cause, places) => {
        expect(told(encodeReject(no), places)).toEqual({ kind: 'A-ASSOCIATE-RJ', rejection: no });
        expect(told(encodeAbort(cause), places)).toEqual({ kind: 'A-ABORT', cause });
        for (const kind of ['A-RELEASE-RQ', 'A-RELEASE-RP'] as const)
          expect(told(encodeRelease(kind), places)).toEqual({ kind });
      }),
    );
  });

  // The longest a peer takes: 0 for any, or from the least on.
  const maximumLength = oneof(constant(0), integer({ min: 128, max: 2_000 }), constant(65_536));
  const contextId = nat(127).map((id) => 2 * id + 1);
  const fragmentsOf = (bytes: Buffer, places: readonly number[]) =>
    eventsOf(bytes, places).flatMap((event) => (event.kind === 'fragment' ? [event.fragment] : []));

  test('the fragments of a command set', () => {
    const command = uint8Array({ minLength: 1, maxLength: 5_000 });
    assert(
      property(contextId, command, maximumLength, cuts, (id, bytes, maximum, places) => {
        const fragment = fragmentLength(maximum, limits.announcedPduLength);
        const fragments = fragmentsOf(encodeCommandPdus(id, Buffer.from(bytes), fragment), places);
        expect(Buffer.concat(fragments.map((one) => one.bytes))).toEqual(Buffer.from(bytes));
        expect(new Set(fragments.map((one) => one.contextId))).toEqual(new Set([id]));
        expect(fragments.every((one) => one.isCommand)).toBe(true);
        expect(fragments.map((one) => one.isLast)).toEqual(
          fragments.map((_, index) => index === fragments.length - 1),
        );
      }),
    );
  });

  test('the fragments of a data set, however it is read', async () => {
    const parts = array(uint8Array({ maxLength: 3_000 }), { maxLength: 6 });
    await assert(
      asyncProperty(contextId, parts, maximumLength, cuts, async (id, read, maximum, places) => {
        const fragment = fragmentLength(maximum, limits.announcedPduLength);
        const pdus: Buffer[] = [];
        await sendDataSet(id, fragment, source(read), async (pdu) => {
          pdus.push(Buffer.from(pdu));
        });
        for (const pdu of pdus)
          if (maximum > 0) expect(pdu.length - 6).toBeLessThanOrEqual(maximum);
        const fragments = fragmentsOf(Buffer.concat(pdus), places);
        expect(Buffer.concat(fragments.map((one) => one.bytes))).toEqual(Buffer.concat(read));
        expect(fragments.filter((one) => one.isLast)).toHaveLength(1);
        expect(fragments.at(-1)).toMatchObject({ isLast: true, contextId: id, isCommand: false });
      }),
    );
  });

  test('a command set', () => {
    const command = record(
      {
        AffectedSOPClassUID: uid,
        MessageID: uint16,
        MessageIDBeingRespondedTo: uint16,
        Priority: uint16,
        Status: uint16,
        ErrorComment: title(64),
        AffectedSOPInstanceUID: uid,
        MoveOriginatorApplicationEntityTitle: title(),
        MoveOriginatorMessageID: uint16,
      },
      { requiredKeys: [] },
    );
    const names: Readonly<Record<string, string>> = {
      AffectedSOPClassUID: 'affectedSopClassUid',
      MessageID: 'messageId',
      MessageIDBeingRespondedTo: 'messageIdBeingRespondedTo',
      Priority: 'priority',
      Status: 'status',
      ErrorComment: 'errorComment',
      AffectedSOPInstanceUID: 'affectedSopInstanceUid',
      MoveOriginatorApplicationEntityTitle: 'moveOriginatorApplicationEntityTitle',
      MoveOriginatorMessageID: 'moveOriginatorMessageId',
    };
    assert(
      property(command, uint16, boolean(), (values, CommandField, hasDataSet) => {
        const CommandDataSetType = hasDataSet ? 0 : 0x0101;
        const bytes = encodeCommandSet({ ...values, CommandField, CommandDataSetType });
        const expected = Object.entries(values).map(([keyword, value]) => [names[keyword], value]);
        expect(decodeCommandSet(bytes)).toEqual({
          commandField: CommandField,
          hasDataSet,
          ...Object.fromEntries(expected),
        });
        // The group length says how many bytes follow it (PS3.7 section 6.3.1).
        expect(bytes.readUInt32LE(8)).toBe(bytes.length - 12);
      }),
      { numRuns: 500 },
    );
  });
});

async function* source(parts: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}
