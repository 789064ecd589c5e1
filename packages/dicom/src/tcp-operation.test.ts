import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startParrotPort, words } from '@consort/testing';
import { describe, expect, it } from 'vitest';
import { watchDoor } from './gate/door.fixture.ts';
import type { StoreReply } from './gate/door.ts';
import { ct, mr, startOperation } from './sending/sending.fixture.ts';

const aborts: StoreReply = { status: 0, abort: { source: 0, reason: 0 } };

/** A peer that gives one answer after the other, then Success. */
function peerThat(...replies: readonly StoreReply[]) {
  const left = [...replies];
  return watchDoor({ end: async () => left.shift() ?? { status: 0 } });
}

describe('dicom.tcp-operation', () => {
  it('sends the bytes as they are stored, and responds with what the peer has answered', async () => {
    await using peer = await watchDoor();
    await using operation = await startOperation(peer.port);
    const image = await operation.image(ct, 1_000_001);
    const { digest, size } = image.document!;
    expect(await operation.send(image)).toEqual({
      type: 'dicom.document',
      command: {
        commandField: 'C-STORE-RSP',
        messageIdBeingRespondedTo: 4711,
        affectedSopClassUid: ct,
        affectedSopInstanceUid: image.command.affectedSopInstanceUid,
        status: 0,
      },
    });
    expect(peer.stored).toEqual([digest]);
    const receipt = { peer: `CONSORT@127.0.0.1:${peer.port}`, status: '0000', digest, size };
    expect(operation.receipts).toEqual([receipt]);
    expect(operation.events).toEqual([]);
  });

  it('takes images only', async () => {
    await using operation = await startOperation(1);
    await expect(operation.send({ type: 'text' })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'NOT_A_STORAGE_REQUEST',
    });
  });

  it('sends one image after the other on one association, and releases it at its end', async () => {
    await using peer = await watchDoor();
    {
      await using operation = await startOperation(peer.port);
      for (let id = 1; id <= 5; id += 1) await operation.send(await operation.image(), id);
      expect(peer.associations()).toBe(1);
    }
    expect((await peer.ended(1)).map(({ how }) => how)).toEqual(['released']);
    expect(peer.stored).toHaveLength(5);
  });
});
