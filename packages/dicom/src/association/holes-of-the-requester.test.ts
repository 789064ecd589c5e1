import { EngineError } from '@consort/core';
import { inShort, startParrotPort, words, type Parrot } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import type { ObjectToSend } from './dimse-request.ts';
import { echoResponse, eachPdu } from './each-pdu.fixture.ts';
import { findMatches } from './find-matches.ts';
import { encodeAssociateAccept } from './pdu-encoder.ts';
import { pduTypes } from './pdu.ts';
import { requestAssociation } from './request-association.ts';
import type { RequestedAssociation } from './requested-association.ts';

// What a naive DIMSE stack gets wrong when it calls others; docs/hostile-input.md explains the numbers.

const { commandSet, data, value } = words;
const verification = '1.2.840.10008.1.1';
const explicit = '1.2.840.10008.1.2.1';
const ct = '1.2.840.10008.5.1.4.1.1.2';
const studyRootFind = '1.2.840.10008.5.1.4.1.2.2.1';

async function* inParts(...parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

function object(more: Partial<ObjectToSend> = {}): ObjectToSend {
  return {
    sopClassUid: ct,
    sopInstanceUid: '1.2.3.4',
    transferSyntaxUid: explicit,
    dataSet: inParts(Buffer.from('an image')),
    ...more,
  };
}

/** Our association with a parrot that talks as it is told; what it heard, and what became of our side. */
async function converse(
  talk: (parrot: Parrot) => Promise<void>,
  act: (association: RequestedAssociation) => Promise<unknown>,
): Promise<unknown> {
  await using port = await startParrotPort(talk);
  try {
    const association = await requestAssociation({
      host: '127.0.0.1',
      port: port.port,
      callingAeTitle: 'CONSORT',
      calledAeTitle: 'PARROT',
      contexts: [verification, ct, studyRootFind].map((abstractSyntax) => ({
        abstractSyntax,
        transferSyntaxes: [explicit],
      })),
      timeouts: { response: 10_000, release: 10_000 },
    });
    const outcome = await act(association).catch(codeOf);
    await association.abort();
    return outcome;
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof EngineError ? error.code : String(error);
}

/** A response to a request of ours. */
function response(contextId: number, elements: Readonly<Record<number, number>>): Buffer {
  return data(value(contextId, 3, commandSet({ 0x800: 0x101, ...elements })));
}

/** The P-DATA-TFs up to the last fragment of a command or data set. */
async function hearMessage(parrot: Parrot): Promise<readonly Buffer[]> {
  const pdus: Buffer[] = [];
  for (;;) {
    const pdu = await parrot.hear();
    if (pdu?.[0] !== 0x04) throw new Error(`no P-DATA-TF: ${inShort(pdu)}`);
    pdus.push(pdu);
    if ((pdu[11]! & 2) !== 0) return pdus;
  }
}

async function accept(parrot: Parrot, maximumLength = 16_384): Promise<void> {
  await parrot.hear();
  await parrot.say(
    encodeAssociateAccept({
      calledAeTitle: 'PARROT',
      callingAeTitle: 'CONSORT',
      contexts: [1, 3, 5].map((id) => ({ id, result: 0, transferSyntax: explicit })),
      user: { maximumLength, implementationClassUid: '1.2.3' },
    }),
  );
}

it('H13: the last bytes of an A-ASSOCIATE-AC are looked at as well', async () => {
  const whole = eachPdu['A-ASSOCIATE-AC'];
  const more = words.pdu(0x02, Buffer.concat([whole.subarray(6), Buffer.of(0x51, 0)]));
  const heard: string[] = [];
  const outcome = await converse(
    async (parrot) => {
      await parrot.hear();
      await parrot.say(more);
      heard.push(...(await parrot.hearRest()));
    },
    (association) => association.echo(),
  );
  expect({ outcome, heard }).toEqual({ outcome: 'ASSOCIATION_ABORTED', heard: ['ABORT 2,6'] });
});

it('H17: a command for a peer that takes little at a time goes in several PDUs, none longer than that', async () => {
  const uid = '1.2.'.padEnd(64, '7');
  const heard: (readonly Buffer[])[] = [];
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot, 128);
      heard.push(await hearMessage(parrot), await hearMessage(parrot));
      await parrot.say(response(3, { 0x100: 0x8001, 0x120: 1, 0x900: 0 }));
      await parrot.hearRest();
    },
    (association) =>
      association.store(
        object({ sopInstanceUid: uid, dataSet: inParts(Buffer.alloc(1_000, 'x')) }),
      ),
  );

  expect(outcome).toEqual({ status: 0 });
  for (const pdus of heard) {
    expect(pdus.length).toBeGreaterThan(1);
    for (const pdu of pdus) expect(pdu.readUInt32BE(2)).toBeLessThanOrEqual(128);
  }
  const said = Buffer.concat(heard[1]!.map((pdu) => pdu.subarray(12)));
  expect(said).toEqual(Buffer.alloc(1_000, 'x'));
});

it('H18: a data set that is read in odd parts goes out in order, byte for byte', async () => {
  const parts = Array.from({ length: 60 }, (_, index) => Buffer.alloc(1 + 997 * index, index));
  let said: Buffer | undefined;
  await converse(
    async (parrot) => {
      await accept(parrot);
      await hearMessage(parrot);
      said = Buffer.concat((await hearMessage(parrot)).map((pdu) => pdu.subarray(12)));
      await parrot.say(response(3, { 0x100: 0x8001, 0x120: 1, 0x900: 0 }));
      await parrot.hearRest();
    },
    (association) => association.store(object({ dataSet: inParts(...parts) })),
  );
  expect(said?.equals(Buffer.concat(parts))).toBe(true);
});

it('H33: an object for which no context was accepted is a failure of its own, and nothing of it is sent', async () => {
  const heard: string[] = [];
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot);
      heard.push(...(await parrot.hearRest()));
    },
    (association) => association.store(object({ transferSyntaxUid: '1.2.840.10008.1.2.4.90' })),
  );
  expect({ outcome, heard }).toEqual({ outcome: 'CONTEXT_NOT_ACCEPTED', heard: ['ABORT 0,0'] });
});

it('H33: each request that is open or comes later fails when the peer goes away in the middle', async () => {
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot);
      await hearMessage(parrot);
    },
    async (association) => {
      const open = [association.store(object()), association.echo(), association.release()];
      const outcomes = await Promise.all(open.map((one) => one.catch(codeOf)));
      return [...outcomes, await association.echo().catch(codeOf)];
    },
  );
  expect(outcome).toEqual(Array<string>(4).fill('ASSOCIATION_ABORTED'));
});

it('H34: each request has an id of its own, from 1 on, and a response to an earlier one is not taken for it', async () => {
  const ids: (number | undefined)[] = [];
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot);
      for (let id = 1; id <= 3; id += 1) {
        const [command] = await hearMessage(parrot);
        const at = command?.indexOf(Buffer.of(0, 0, 0x10, 0x01)) ?? 0;
        ids.push(command?.readUInt16LE(at + 8));
        // First what belongs to the request before, as a failure.
        await parrot.say(response(1, { 0x100: 0x8030, 0x120: id - 1, 0x900: 0x0110 }));
        await parrot.say(response(1, { 0x100: 0x8030, 0x120: id, 0x900: 0 }));
      }
      await parrot.hearRest();
    },
    async (association) => [
      await association.echo(),
      await association.echo(),
      await association.echo(),
    ],
  );
  expect({ ids, outcome }).toEqual({ ids: [1, 2, 3], outcome: [0, 0, 0] });
});

it.each([0xff00, 0xff01, 0xfe00, 0xb000, 0xa700])(
  'H35: a status %d is handed on as it is, and is no Success',
  async (status) => {
    const outcome = await converse(
      async (parrot) => {
        await accept(parrot);
        await hearMessage(parrot);
        await hearMessage(parrot);
        await parrot.say(response(3, { 0x100: 0x8001, 0x120: 1, 0x900: status }));
        await parrot.hearRest();
      },
      (association) => association.store(object()),
    );
    expect(outcome).toEqual({ status });
  },
);

it('H35: both pending statuses of a C-FIND say that more follows', async () => {
  const found = (status: number) => [
    response(5, { 0x100: 0x8020, 0x120: 1, 0x800: 0, 0x900: status }),
    data(value(5, 2, Buffer.from(`match ${status}`))),
  ];
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot);
      await hearMessage(parrot);
      await hearMessage(parrot);
      await parrot.say(...found(0xff01), ...found(0xff00), ...found(0xff01));
      await parrot.say(response(5, { 0x100: 0x8020, 0x120: 1, 0x900: 0 }));
      await parrot.hearRest();
    },
    (association) =>
      findMatches(association, { sopClassUid: studyRootFind, identifier: () => Buffer.alloc(0) }),
  );
  expect(outcome).toMatchObject({
    status: 0,
    matches: [0xff01, 0xff00, 0xff01].map((status) => Buffer.from(`match ${status}`)),
  });
});

it('H22: an object that cannot be read to its end aborts, and what was thrown is thrown on', async () => {
  const heard: (number | undefined)[] = [];
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(50_000);
    throw new Error('a disk that fails');
  }
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot);
      for (let pdu = await parrot.hear(); pdu; pdu = await parrot.hear()) heard.push(pdu[0]);
    },
    (association) => association.store(object({ dataSet: broken() })),
  );
  expect(outcome).toBe('Error: a disk that fails');
  expect(heard.at(-1)).toBe(pduTypes['A-ABORT']);
});

it('H34, B40: a response to nothing we asked is passed over, whatever it says', async () => {
  const outcome = await converse(
    async (parrot) => {
      await accept(parrot);
      await hearMessage(parrot);
      await parrot.say(response(1, { 0x100: 0x8030, 0x120: 999, 0x900: 0x0110 }), echoResponse);
      await parrot.hearRest();
    },
    (association) => association.echo(),
  );
  expect(outcome).toBe(0);
});
