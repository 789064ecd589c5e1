import { createHash } from 'node:crypto';
import { startParrotPort, words } from '@consort/testing/consort';
import { describe, expect, it, test } from 'vitest';
import { watchDoor } from '../gate/door.fixture.ts';
import type { OperationReply, OperationRequest, Wishes } from '../gate/operation.ts';
import { encodeAssociateAccept } from './pdu-encoder.ts';
import { requestAssociation } from './request-association.ts';
import type { OperationToRequest } from './requested-operation.ts';

const worklist = '1.2.840.10008.5.1.4.31';
const studyRootGet = '1.2.840.10008.5.1.4.1.2.2.3';
const ct = '1.2.840.10008.5.1.4.1.1.2';
const transferSyntaxes = ['1.2.840.10008.1.2.1'];
const find: OperationToRequest = {
  service: 'C-FIND',
  sopClassUid: worklist,
  elements: { affectedSopClassUid: worklist, priority: 0 },
  dataSet: () => Buffer.from('an identifier'),
};

describe('an operation that is asked for', () => {
  it('gives its responses as they come, with their data sets, and the association goes on', async () => {
    await using door = await serve(async function* () {
      for (const text of ['one', 'two', 'three']) yield match(text);
      yield { kind: 'response', elements: { status: 0x0000 } };
    });
    const association = await associate(door.port);
    for (let round = 0; round < 2; round += 1) {
      const heard: unknown[] = [];
      for await (const { status, dataSet } of association.operate(find)) {
        heard.push([status, dataSet?.toString()]);
      }
      expect(heard).toEqual([
        [0xff00, 'one'],
        [0xff00, 'two'],
        [0xff00, 'three'],
        [0x0000, undefined],
      ]);
    }
    await association.release();
  });

  it('is cancelled when whoever asked leaves early, and what still comes is passed over', async () => {
    const ends: string[] = [];
    await using door = await serve(async function* (_, { cancelled }) {
      while (!cancelled.aborted) yield match('another');
      ends.push('cancelled');
      yield { kind: 'response', elements: { status: 0xfe00 } };
    });
    const association = await associate(door.port);
    for await (const { status } of association.operate(find)) {
      expect(status).toBe(0xff00);
      break;
    }
    expect(ends).toEqual(['cancelled']);
    const { value: next } = await association.operate(find).next();
    expect(next?.status).toBe(0xff00);
    await association.abort();
  });

  it('lets the next one begin after its last response, also when nobody looks for more', async () => {
    await using door = await serve(async function* () {
      yield { kind: 'response', elements: { status: 0x0000 } };
    });
    const association = await associate(door.port);
    expect((await association.operate(find).next()).value?.status).toBe(0);
    expect((await association.operate(find).next()).value?.status).toBe(0);
    await association.release();
  });

  it('takes the objects of a C-GET and answers each', async () => {
    const outcomes: unknown[] = [];
    const image = Buffer.alloc(300_000, 7);
    await using door = await serve(async function* () {
      for (const sopInstanceUid of ['1.2.3', '1.2.4']) {
        yield {
          kind: 'store',
          object: {
            sopClassUid: ct,
            sopInstanceUid,
            transferSyntaxUid: transferSyntaxes[0]!,
            dataSet: (async function* () {
              yield image;
            })(),
          },
          stored: (outcome) => void outcomes.push(outcome),
        };
      }
      yield { kind: 'response', elements: { status: 0x0000 } };
    });
    const association = await associate(door.port);
    const taken: string[] = [];
    const statuses: number[] = [];
    for await (const { status } of association.operate({
      ...find,
      service: 'C-GET',
      sopClassUid: studyRootGet,
      elements: { affectedSopClassUid: studyRootGet },
      store({ sopInstanceUid }) {
        if (sopInstanceUid === '1.2.4') throw new Error('no room');
        const hash = createHash('sha256');
        return {
          write: async (bytes) => void hash.update(bytes),
          async end() {
            taken.push(hash.digest('hex'));
            return 0x0000;
          },
          discard: async () => undefined,
        };
      },
    })) {
      statuses.push(status);
    }
    expect(taken).toEqual([createHash('sha256').update(image).digest('hex')]);
    expect(outcomes).toEqual([0x0000, 0x0110]);
    expect(statuses).toEqual([0x0000]);
    await association.release();
  });

  it('is not begun on a context that was not accepted', async () => {
    await using door = await serve(async function* () {});
    const association = await associate(door.port);
    const other = association.operate({ ...find, sopClassUid: '1.2.3' }).next();
    await expect(other).rejects.toMatchObject({ code: 'CONTEXT_NOT_ACCEPTED' });
    await association.release();
  });
});

const { commandSet, data, value } = words;
const accept = encodeAssociateAccept({
  calledAeTitle: 'CONSORT',
  callingAeTitle: 'PARROT',
  contexts: [{ id: 1, result: 0, transferSyntax: transferSyntaxes[0]! }],
  user: { maximumLength: 16_384, implementationClassUid: '1.2.3' },
});
const response = (more: Record<number, string | number>) =>
  data(value(1, 3, commandSet({ 0x100: 0x8020, 0x120: 1, 0x800: 0x101, 0x900: 0, ...more })));

type Said = readonly [answer: string, ...said: Buffer[]];

test.each([
  ['a response to another service', response({ 0x100: 0x8001 })],
  ['a request', response({ 0x100: 0x0020 })],
  ['an object nobody asked for', response({ 0x100: 0x0001, 0x110: 1, 0x800: 0 })],
  ['a data set that never ends', response({ 0x800: 0, 0x900: 0xff00 }), endless()],
  ['the end of the connection', Buffer.alloc(0)],
] satisfies readonly Said[])('a peer that answers with %s ends the association', async (...row) => {
  const [, ...said] = row as Said;
  await using peer = await startParrotPort(async (parrot) => {
    await parrot.hear();
    await parrot.say(accept);
    await parrot.hear();
    await parrot.hear();
    await parrot.say(...said);
    if (said[0]?.length === 0) parrot.halfClose();
    await parrot.hearRest();
  });
  const association = await associate(peer.port, [worklist]);
  const responses = association.operate(find);
  await expect(responses.next()).rejects.toMatchObject({ code: 'ASSOCIATION_ABORTED' });
  await expect(association.operate(find).next()).rejects.toMatchObject({
    code: 'ASSOCIATION_ABORTED',
  });
});

function endless(): Buffer {
  const part = data(value(1, 0, Buffer.alloc(60_000)));
  return Buffer.concat(Array<Buffer>(20).fill(part));
}

function match(text: string): OperationReply {
  return {
    kind: 'response',
    elements: { status: 0xff00 },
    dataSet: (async function* () {
      yield Buffer.from(text);
    })(),
  };
}

function serve(
  answers: (request: OperationRequest, wishes: Wishes) => AsyncIterable<OperationReply>,
) {
  return watchDoor({ serviceClasses: ['worklist', 'retrieve'], answers });
}

function associate(port: number, abstractSyntaxes = [worklist, studyRootGet, ct]) {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'PARROT',
    calledAeTitle: 'CONSORT',
    contexts: abstractSyntaxes.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes })),
    roles: [{ sopClassUid: ct, scu: false, scp: true }],
  });
}
