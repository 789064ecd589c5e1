import { EngineError, type Accepted, type Event } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { answerPeer } from './answer-peer.ts';
import { storageResponse } from './storage-response.ts';

const command = {
  commandField: 'C-STORE-RQ',
  messageId: 5,
  affectedSopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  affectedSopInstanceUid: '1.2.3',
  priority: 0,
} as const;

describe.each(['stored', 'completed'] as const)('acknowledge: %s', (acknowledge) => {
  it('says no Success when the record may not be on disk, and says that the message goes on', async () => {
    const events: Event[] = [];
    const notes: unknown[] = [];
    const flushed = Promise.reject(
      new EngineError('STORE_UNAVAILABLE', 'cannot sync the log (EIO)'),
    );
    flushed.catch(() => undefined);
    const reply = await answerPeer(
      contextOf(acknowledge, events),
      acceptedWith(notes),
      flushed,
      command as never,
      new AbortController().signal,
    );
    expect(reply).toMatchObject({ status: 0xa700, errorComment: 'message 7: not synced' });
    expect(events).toMatchObject([{ type: 'Error', code: 'STORE_UNAVAILABLE', messageId: 7 }]);
    expect(events[0]?.text).toContain('message 7 is recorded and goes on');
    reply.told?.('sent');
    await expect
      .poll(() => notes, { timeout: 5000 })
      .toContainEqual({ status: 'A700', note: 'answered A700: the record could not be synced' });
  });

  it('says Success when it is', async () => {
    const events: Event[] = [];
    const notes: unknown[] = [];
    const reply = await answerPeer(
      contextOf(acknowledge, events),
      acceptedWith(notes),
      Promise.resolve(),
      command as never,
      new AbortController().signal,
    );
    expect(reply.status).toBe(0);
    reply.told?.('sent');
    await expect.poll(() => notes, { timeout: 5000 }).toContainEqual({ status: '0000' });
    expect(events).toEqual([]);
  });
});

/** What `answerPeer` uses of a service's context. */
function contextOf(acknowledge: string, events: Event[]) {
  return {
    settings: { acknowledge, responseTimeout: 1000, onFailure: 'abort', target: 'Storage' },
    log: (event: Event) => void events.push(event),
  } as never;
}

/** A message whose target has answered with Success. */
function acceptedWith(notes: unknown[]): Accepted {
  const request = { header: {}, body: { type: 'dicom.document', command } };
  return {
    messageId: 7,
    sessionId: 7,
    answer: async () => ({
      isLast: true,
      body: storageResponse(request as never),
      settle: async (outcome) => void notes.push(outcome),
    }),
    answers: () => {
      throw new Error('one answer is wanted');
    },
    cancel: async () => {},
    answered: async (answered) => void notes.push(answered),
    troubles: async () => [],
  };
}
