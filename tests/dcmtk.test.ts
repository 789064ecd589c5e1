import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sampleStudy, startRecordingRelay, startStorescp } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from './house/peers.ts';
import { startSending } from './sending/sending-production.ts';

const run = promisify(execFile);

describeWith(['redis', 'dcmtk', 'pydicom'], 'the tools of DCMTK', () => {
  it('echo with echoscu, store with storescu and with dcmsend', async () => {
    await using peer = await startStorescp();
    await using sending = await startSending(peer.port);
    const { port, callingAeTitle, calledAeTitle } = sending.door;
    await using relay = await startRecordingRelay(port);
    const titles = ['-aet', callingAeTitle, '-aec', calledAeTitle];
    const [one = '', ...others] = sampleStudy();
    const to = ['127.0.0.1', String(relay.port)];
    await run('echoscu', [...titles, ...to]);
    await run('storescu', [...titles, ...to, one]);
    await run('dcmsend', [...titles, ...to, ...others]);
    await sending.production.idle();
    // The tools encode some files in their own way: what they put on the wire counts.
    const sent = relay.objects.map(({ digest }) => digest).toSorted();
    expect(sent).toHaveLength(1 + others.length);
    expect((await peer.received()).map(({ digest }) => digest).toSorted()).toEqual(sent);
  });

  it('are refused under a title that is not listed', async () => {
    await using peer = await startStorescp();
    await using sending = await startSending(peer.port);
    const words = ['-aet', 'STRANGER', '-aec', 'IRIS', '127.0.0.1', String(sending.door.port)];
    await expect(run('echoscu', words)).rejects.toMatchObject({ code: 1 });
    await expect(run('storescu', [...words, sampleStudy()[0]!])).rejects.toMatchObject({ code: 1 });
    expect(await peer.count()).toBe(0);
  });
});
