import { words } from '@consort/testing/consort';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { defaultLimits as limits } from './limits.ts';
import { MessageIntake } from './message-intake.ts';
import { PduDecoder } from './pdu-decoder.ts';
import { ProtocolError } from './protocol-error.ts';

const { context, data, item, pdu, value } = words;
const empty = Buffer.alloc(0);

function many(count: number, bytes: Buffer): Buffer {
  return Buffer.concat(Array<Buffer>(count).fill(bytes));
}

const uids = Array.from({ length: 64 }, (_, index) => `1.2.840.10008.1.2.4.${index}`);
const contexts = Array.from({ length: 60 }, (_, index) => context(2 * index + 1, '1.2.3', uids));

// What costs most for its length, and what lies about it.
const burdens: readonly (readonly [string, Buffer])[] = [
  [
    'H10, B22: as many items as fit',
    pdu(0x01, Buffer.concat([Buffer.alloc(68), many(32_000, item(0x99, empty))])),
  ],
  ['as many transfer syntaxes as fit', words.associateRequest({ contexts })],
  [
    '128 contexts that are empty',
    words.associateRequest({ contexts: Array<Buffer>(128).fill(item(0x20, empty)) }),
  ],
  [
    'a UID of nothing but padding',
    words.associateRequest({ contexts: [context(1, '\0'.repeat(60_000), [])] }),
  ],
  ['values of no byte', many(20, data(many(10_000, value(1, 1, empty))))],
  ['H9, B62: values of one byte', many(20, data(many(9_000, value(1, 0, Buffer.of(7)))))],
  ['B36: a command of one byte at a time', many(7, data(many(9_000, value(1, 1, Buffer.of(0)))))],
  ['H9: a request that is never said', pdu(0x01, Buffer.of(0), limits.associatePduLength)],
  ['a request of 4 GiB', pdu(0x01, Buffer.alloc(100), 0xffff_ffff)],
  ['data of 4 GiB', pdu(0x04, Buffer.alloc(100), 0xffff_ffff)],
];

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts the calls of what reads and makes buffers, the bytes copied, and the bytes set aside. */
function meter() {
  const names = ['subarray', 'toString', 'readUInt16BE', 'readUInt32BE', 'readUInt16LE'] as const;
  const spies = names.map((name) => vi.spyOn(Buffer.prototype, name as 'subarray'));
  const copies = vi.spyOn(Buffer.prototype, 'copy');
  const makers = (['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const).map((name) =>
    vi.spyOn(Buffer, name),
  );
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    calls: () => sum([...spies, copies].map(({ mock }) => mock.calls.length)),
    copied: () => sum(copies.mock.results.map(({ value: length }) => length as number)),
    setAside: () => sum(makers.flatMap(({ mock }) => mock.calls.map(([size]) => size))),
  };
}

/** Decodes chunks to their end or the first ProtocolError, messages too. */
function take(chunks: readonly Buffer[]): void {
  const decoder = new PduDecoder(limits);
  const intake = new MessageIntake(limits, {
    isAccepted: () => true,
    command: async () => undefined,
  });
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let event = decoder.next(); event; event = decoder.next())
        if (event.kind === 'fragment') void intake.take(event.fragment);
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

describe.each([1, 1460, 65_536])('in chunks of %d bytes', (chunkLength) => {
  test.each(burdens)('%s cost work and memory in proportion to their bytes', (_, bytes) => {
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunkLength) }, (__, index) =>
      bytes.subarray(index * chunkLength, (index + 1) * chunkLength),
    );
    const { calls, copied, setAside } = meter();
    take(chunks);
    expect(calls()).toBeLessThanOrEqual(2 * bytes.length + 100);
    expect(copied()).toBeLessThanOrEqual(4 * bytes.length);
    expect(setAside()).toBeLessThanOrEqual(4 * bytes.length + limits.associatePduLength);
  });
});
