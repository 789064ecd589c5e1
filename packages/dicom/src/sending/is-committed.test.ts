import { EngineError, isPermanent } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { passOn } from '../commitment/reports.ts';
import { committingPeer } from './committing-peer.fixture.ts';
import { startOperation } from './sending.fixture.ts';

async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'sent',
    (error: unknown) =>
      error instanceof EngineError
        ? `${error.code}${isPermanent(error) ? '!' : ''}`
        : String(error),
  );
}

const commitment = { confirm: 'commitment' };

describe('an image with confirm: commitment', () => {
  it('is sent once the peer reports on the same association that it is committed, and the report is answered', async () => {
    const heard: string[] = [];
    await using peer = await committingPeer(['commit', 'report astray'], heard);
    await using under = await startOperation(peer.port, commitment);
    expect(await outcomeOf(under.send(await under.image()))).toBe('sent');
    expect(await outcomeOf(under.send(await under.image(), 8))).toBe('sent');
    expect(under.receipts).toMatchObject([{ status: '0000' }, { status: '0000' }]);
    const asked = ['C-STORE', 'N-ACTION'];
    const answered = '8100 0';
    while (heard.length < 7) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(heard).toEqual([...asked, answered, ...asked, answered, answered]);
  });

  it('is sent once the report is passed on that came elsewhere', async () => {
    await using peer = await committingPeer(['say nothing'], [], {
      asked: ({ transactionUid, references }) =>
        passOn({ transactionUid, committed: references, failed: [] }),
    });
    await using under = await startOperation(peer.port, commitment);
    expect(await outcomeOf(under.send(await under.image()))).toBe('sent');
  });

  it('is asked about anew, then sent again, when the peer is not committed to it', async () => {
    const heard: string[] = [];
    await using peer = await committingPeer(['fail', 'fail', 'commit'], heard);
    await using under = await startOperation(peer.port, commitment);
    const image = await under.image();
    await expect(under.send(image)).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      message: expect.stringContaining('0112 (no such object instance)'),
    });
    expect(await outcomeOf(under.send(image))).toBe('sent');
    const asked = heard.filter((one) => !one.startsWith('8100'));
    expect(asked).toEqual(['C-STORE', 'N-ACTION', 'N-ACTION', 'C-STORE', 'N-ACTION']);
    expect(under.receipts).toHaveLength(1);
  });

  it('is not delivered when no report comes in time, and then asked about anew, not sent again', async () => {
    const heard: string[] = [];
    await using peer = await committingPeer([], heard);
    await using under = await startOperation(peer.port, {
      ...commitment,
      commitmentTimeout: '100ms',
    });
    const image = await under.image();
    expect(await outcomeOf(under.send(image))).toBe('COMMITMENT_TIMEOUT');
    expect(await outcomeOf(under.send(image))).toBe('COMMITMENT_TIMEOUT');
    expect(heard).toEqual(['C-STORE', 'N-ACTION', 'N-ACTION']);
    expect(under.receipts).toEqual([]);
  });

  it('is not delivered by a peer that cannot be asked, refuses, or goes', async () => {
    await using deaf = await committingPeer([], [], { result: 3 });
    await using one = await startOperation(deaf.port, commitment);
    expect(await outcomeOf(one.send(await one.image()))).toBe('CONFIRMATION_FAILED!');

    await using refusing = await committingPeer([0x0213, 'close'], []);
    await using two = await startOperation(refusing.port, commitment);
    expect(await outcomeOf(two.send(await two.image()))).toBe('CONFIRMATION_FAILED');
    expect(await outcomeOf(two.send(await two.image(), 8))).toBe('CONFIRMATION_FAILED');
    expect([...one.receipts, ...two.receipts]).toEqual([]);
  });

  it('stops waiting for its report when the host stops', async () => {
    const asked = Promise.withResolvers<void>();
    await using peer = await committingPeer([], [], { asked: () => asked.resolve() });
    await using under = await startOperation(peer.port, commitment);
    const outcome = outcomeOf(under.send(await under.image()));
    await asked.promise;
    under.stop();
    expect(await outcome).not.toBe('sent');
  });
});
