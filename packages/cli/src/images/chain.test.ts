import type { Leg, MessageHeader, ReceivedImage, RecordedReceipt } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { chainOf } from './chain.ts';
import { drawChain } from './draw-chain.ts';

const [digest, other] = ['a'.repeat(64), 'b'.repeat(64)];
const time = '2026-08-25T12:00:00.000Z';
const arrival = {
  associationId: 'a',
  peerAddress: '10.0.0.2',
  callingAeTitle: 'CT1',
  calledAeTitle: 'IRIS',
};
const image: ReceivedImage = {
  messageId: 1,
  time,
  document: {
    digest,
    size: 1234,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    attributes: { sopInstanceUid: '1.2.3', modality: 'CT' },
  },
  arrival,
  answered: { status: '0000', time },
  state: 'completed',
};
const receipt: RecordedReceipt = {
  messageId: 2,
  peer: 'PACS@10.0.0.1:104',
  status: '0000',
  digest,
  size: 1234,
  time,
};

function leg(change: Partial<MessageHeader>, more: Partial<Leg> = {}): Leg {
  const header: MessageHeader = {
    id: 2,
    sessionId: 1,
    type: 'Request',
    invocation: 'Queue',
    priority: 'Sync',
    status: 'Completed',
    sourceConfigName: 'Storage',
    targetConfigName: 'PACS',
    sourceBusinessType: 'BusinessProcess',
    targetBusinessType: 'BusinessOperation',
    targetQueueName: 'PACS',
    messageBodyId: 'body',
    timeCreated: time,
    isError: false,
    attempts: 0,
    ...change,
  };
  return { header, document: { digest, size: 1234 }, receipts: [receipt], ...more };
}

const first = leg(
  {
    id: 1,
    sourceConfigName: 'Door',
    targetConfigName: 'Storage',
    targetBusinessType: 'BusinessProcess',
  },
  { receipts: [] },
);
const holes = (legs: readonly Leg[], of = image) => chainOf(of, legs).holes;

describe('the chain of an image', () => {
  it('is whole when it was answered and whoever got it has said so', () => {
    const chain = chainOf(image, [first, leg({})]);
    expect(chain).toMatchObject({ holes: [], remarks: [], delivered: [{ isSame: true }] });
    const drawn = drawChain(chain);
    expect(drawn).toContain('from CT1 at 10.0.0.2 to IRIS, message 1');
    expect(drawn).toContain(`1234 bytes, SHA-256 ${digest}, the data set that was received`);
    expect(drawn).toContain('to PACS@10.0.0.1:104 by PACS, message 2: 0000');
    expect(drawn).toContain('proven');
  });

  const error = { code: 'PEER_UNREACHABLE', text: 'no connection' };

  it.each<[string, readonly Leg[], readonly string[]]>([
    [
      'an operation that gave no receipt',
      [first, leg({}, { receipts: [] })],
      ['PACS completed message 2 without a receipt: where it went is not recorded'],
    ],
    [
      'a peer that refused it',
      [first, leg({}, { receipts: [{ ...receipt, status: 'A700' }] })],
      ['PACS@10.0.0.1:104 answered A700 to message 2'],
    ],
    [
      'an operation that handed something else over',
      [first, leg({}, { receipts: [{ ...receipt, digest: other }] })],
      ['PACS handed another data set to PACS@10.0.0.1:104 than message 2 carried'],
    ],
    ['nobody it was sent to', [first], ['it was sent to no operation: nothing has left']],
    [
      'a failure',
      [first, leg({ status: 'Error', errorStatus: error }, { receipts: [] })],
      ['PACS failed on message 2: PEER_UNREACHABLE: no connection'],
    ],
    [
      'a leg that is retried, and not the one that waits for it',
      [
        leg({ ...first.header, status: 'Delivered' }, { receipts: [] }),
        leg(
          {
            status: 'Delivered',
            attempts: 2,
            errorStatus: error,
            returnQueueName: '_SyncCall:2',
          },
          { receipts: [] },
        ),
      ],
      ['PACS retries message 2: PEER_UNREACHABLE: no connection'],
    ],
    [
      'a leg that waits, one in hand, one that a person has to decide on, and two that never will',
      [
        first,
        leg({ status: 'Queued' }),
        leg({ id: 3, status: 'Delivered', messageBodyId: '3' }),
        leg({ id: 4, status: 'Suspended', messageBodyId: '4' }),
        leg({ id: 5, status: 'Discarded', note: 'not wanted', messageBodyId: '5' }),
        leg({ id: 6, status: 'Aborted', messageBodyId: '6' }),
      ],
      [
        'message 2 waits for PACS',
        'PACS has not ended message 3',
        'message 4 to PACS is suspended and waits for a person',
        'message 5 to PACS was set aside: not wanted',
        'message 6 to PACS was aborted',
      ],
    ],
  ])('has a hole for %s', (_, legs, expected) => {
    expect(holes(legs)).toEqual(expected);
  });

  it('has a hole for a sender of whose answer nothing is known, and none for what had no sender', () => {
    const { answered: _, ...unanswered } = image;
    expect(holes([first, leg({})], unanswered)).toEqual([
      'what CT1 was answered on message 1 is not recorded',
    ]);
    const open = leg({ ...first.header, status: 'Delivered' }, { receipts: [] });
    expect(holes([open, leg({})], unanswered)).toEqual([
      'CT1 has not been answered yet',
      'Storage has not ended message 1',
    ]);
    const fromFile = { ...unanswered, arrival: { associationId: 'f-1', peerAddress: 'file' } };
    expect(holes([first, leg({})], fromFile)).toEqual([
      'the end of its file is not recorded on message 1',
    ]);
    const taken = { status: 'taken', time: image.time };
    expect(holes([first, leg({})], { ...fromFile, answered: taken })).toEqual([]);
    const { arrival: __, ...fromNowhere } = unanswered;
    expect(holes([first, leg({})], fromNowhere)).toEqual([]);
  });

  it('has none where a failed leg was sent again, or only repeats what failed further on', () => {
    const dead = leg({ status: 'Error', errorStatus: error }, { receipts: [] });
    const origin = { host: 'PACS', code: error.code };
    const consequence = leg({
      ...first.header,
      status: 'Error',
      errorStatus: { ...error, origin },
    });
    expect(holes([consequence, dead, leg({ id: 5 })])).toEqual([]);
    expect(holes([consequence, dead])).toHaveLength(1);
  });

  it('has none for what was changed on purpose, and says so', () => {
    const changed = { document: { digest: other, size: 1200 } };
    const chain = chainOf(image, [
      first,
      leg({}, { ...changed, receipts: [{ ...receipt, digest: other }] }),
    ]);
    expect(chain.holes).toEqual([]);
    expect(chain.remarks).toEqual([
      'Storage sent another data set on than was received, in message 2',
    ]);
    expect(chain.delivered).toMatchObject([{ isSame: false }]);
  });

  it('tells what the sender believes, and what else came under the UID', () => {
    const told = { ...image, answered: { status: '0110', time }, sameAs: 7, otherContentIn: 9 };
    expect(chainOf(told, [first, leg({})]).remarks).toEqual([
      'OTHER CONTENT: message 9 brought another data set under the same SOP Instance UID',
      'sent again: message 7 brought the same data set',
      'the sender was told 0110 although it was delivered, and may send it again',
    ]);
  });

  it('has none for an image that came back from whoever has it, and says so', () => {
    const note = 'returned by PACS@10.0.0.1:104, to which message 2 had delivered it';
    const back = leg(
      { id: 1, status: 'Discarded', targetBusinessType: 'Unknown', note },
      { receipts: [] },
    );
    const chain = chainOf({ ...image, sameAs: 7 }, [back]);
    expect(chain.holes).toEqual([]);
    expect(chain.remarks).toEqual(['sent again: message 7 brought the same data set', note]);
  });
});
