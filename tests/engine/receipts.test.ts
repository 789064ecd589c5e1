import { defineOperation, type Document, type MessageBody } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runEngine, type TestEngine } from './run-engine.ts';

const digest = (letter: string) => letter.repeat(64);

function image(letter: string, sopInstanceUid: string): MessageBody {
  const document: Document = {
    digest: digest(letter),
    size: 10,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    attributes: { sopInstanceUid },
  };
  return { type: 'test.image', document };
}

/** An operation that hands its image over and, on its first run, dies before its message has ended. */
function dyingOnce() {
  const runs: number[] = [];
  const hangs = Promise.withResolvers<void>();
  const again = Promise.withResolvers<void>();
  const component = defineOperation({
    description: 'Hands over.',
    settings: z.object({}),
    async onMessage({ header, body }, { delivered }) {
      const { digest: handedOver = '', size = 0 } = body.document ?? {};
      delivered({ peer: 'PACS@10.0.0.1:104', status: '0000', digest: handedOver, size });
      runs.push(header.id);
      if (runs.length > 1) return again.resolve();
      hangs.resolve();
      await new Promise(() => undefined);
    },
  });
  return { component, runs, hangs: hangs.promise, again: again.promise };
}

async function receiptsOf(engine: TestEngine, sessionId: number) {
  return (await engine.messages.legs(sessionId)).flatMap(({ receipts }) => receipts);
}

describe('receipts', () => {
  it('a message that is run again after a crash has one, of its first hour', async () => {
    const { component, runs, hangs, again } = dyingOnce();
    await using engine = await runEngine({ Out: { component } });
    const { sessionId, messageId } = await engine.service.accept('Out', image('a', '1.2.3'));
    await hangs;
    const before = await receiptsOf(engine, sessionId);
    expect(before).toMatchObject([
      { messageId, peer: 'PACS@10.0.0.1:104', status: '0000', digest: digest('a'), size: 10 },
    ]);
    await engine.crashAndRunAgain();
    await again;
    expect(runs).toEqual([messageId, messageId]);
    expect(await receiptsOf(engine, sessionId)).toEqual(before);
  });
});

describe('an image that comes with other content under the same SOP Instance UID', () => {
  it('is a Warning, once, that names messages and no value of the image', async () => {
    const component = defineOperation({
      description: 'Takes.',
      settings: z.object({}),
      onMessage: () => undefined,
    });
    await using engine = await runEngine({ Out: { component } });
    const receive = async (letter: string, sopInstanceUid: string) => {
      const accepted = await engine.service.accept('Out', image(letter, sopInstanceUid));
      await accepted.answered({ status: '0000' });
      return accepted;
    };
    const uid = '1.2.3.4711';
    const one = await receive('a', uid);
    await receive('a', uid);
    await receive('b', '1.2.3.4712');
    const other = await receive('c', uid);
    await receive('c', uid);
    expect(engine.events).toMatchObject([
      {
        type: 'Warning',
        code: 'OTHER_CONTENT',
        host: 'In',
        sessionId: other.sessionId,
        messageId: other.messageId,
        details: { otherMessageId: one.messageId },
      },
    ]);
    expect(JSON.stringify(engine.events)).not.toContain(uid);
    expect(await engine.messages.images({ sopInstanceUid: uid })).toHaveLength(4);
  });
});
