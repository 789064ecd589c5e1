import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageHeader } from '@consort/core';
import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { allMessages, idle } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { customProduction, type CustomProduction } from './custom-production.ts';

// How often each handler runs when the process is killed at that step: what has ended is not begun again.
const moments = [
  { step: 'A begins', runs: { A: 2, B: 1, C: 1 } },
  { step: 'B begins', runs: { A: 2, B: 2, C: 1 } },
  { step: 'C begins', runs: { A: 2, B: 2, C: 2 } },
  { step: 'C ends', runs: { A: 2, B: 2, C: 2 } },
  { step: 'B ends', runs: { A: 2, B: 2, C: 1 } },
  { step: 'A ends', runs: { A: 2, B: 1, C: 1 } },
] as const;

describeWith(['redis'], 'a chain of hosts that wait for each other', () => {
  it('killed at any step gives its one answer after the next start, and repeats no step that had ended', async () => {
    await using production = await chain('');
    for (const [place, { step }] of moments.entries()) {
      const name = `${place + 1} ${step}`;
      await request(production, place + 1);
      await writeFile(join(production.folder, 'stop-at'), name);
      const running = await production.start();
      await reached(production, name);
      await running.kill();
    }
    await writeFile(join(production.folder, 'stop-at'), '');
    await using _running = await production.start();
    const reader = await openMessageReader(production.data);
    await idle(reader);

    const lines = await production.lines('steps');
    const runs = moments.map(({ step }, place) => {
      const begun = (host: string) =>
        lines.filter((line) => line === `${place + 1} ${host} begins`).length;
      return { step, runs: { A: begun('A'), B: begun('B'), C: begun('C') } };
    });
    expect(runs).toEqual(moments);
    const all = await allMessages(reader, 'A');
    const roots = all.filter(({ id, sessionId }) => id === sessionId);
    expect(roots).toHaveLength(moments.length);
    for (const { id } of roots) {
      const legs = (await reader.session(id)).map(({ header }) => header);
      expect(legs.map(inShort)).toEqual([
        'Request to A: Completed',
        'Request to B: Completed',
        'Request to C: Completed',
        'Response of C: Completed',
        'Response of B: Completed',
      ]);
    }
    await reader.close();
  });

  it('ends by its deadline when the last of it hangs, through a kill too; what comes later is set aside', async () => {
    await using production = await chain('timeout: 2s, ');
    await request(production, 1);
    await writeFile(join(production.folder, 'stop-at'), '1 C begins');
    const first = await production.start();
    await reached(production, '1 C begins');
    await first.kill();
    // C hangs again, and whoever waits for it does not.
    const second = await production.start();
    const reader = await openMessageReader(production.data);
    const root = async () => (await reader.session(1))[0]?.header;
    await expect.poll(async () => (await root())?.status, { timeout: 30_000 }).toBe('Error');
    const error = (await root())?.errorStatus;
    expect(error).toMatchObject({ code: 'REQUEST_FAILED', origin: { host: 'B' } });
    expect(error?.origin?.code).toBe('REQUEST_TIMEOUT');

    await second.kill();
    await writeFile(join(production.folder, 'stop-at'), '');
    await using _third = await production.start();
    await idle(reader);
    const legs = (await reader.session(1)).map(({ header }) => header);
    expect(legs.map(inShort).toSorted()).toEqual([
      'Request to A: Error',
      'Request to B: Error',
      'Request to C: Completed',
      'Response of B: Completed',
      'Response of C: Discarded',
    ]);
    await reader.close();
  });
});

/** @param impatience what B is set to besides: how long it waits for C */
function chain(impatience: string): Promise<CustomProduction> {
  const own = 'file: steps, stopAt: stop-at';
  return customProduction(`name: Chain
processes:
  A: { component: ./stepping.ts, settings: { target: B, ${own} } }
  B: { component: ./stepping.ts, settings: { target: C, ${impatience}${own} } }
  C: { component: ./stepping.ts, settings: { ${own} } }
`);
}

function request(production: CustomProduction, number: number) {
  return production.record((store) =>
    store.send({
      source: 'Test',
      sourceType: 'BusinessService',
      target: 'A',
      targetType: 'BusinessProcess',
      body: { type: 'test.number', number },
      priority: 'Sync',
      responseRequired: false,
    }),
  );
}

function reached(production: CustomProduction, step: string) {
  return expect
    .poll(() => production.lines('steps'), { timeout: 60_000, interval: 20 })
    .toContain(step);
}

function inShort({ type, status, sourceConfigName, targetConfigName }: MessageHeader): string {
  const whose = type === 'Request' ? `to ${targetConfigName}` : `of ${sourceConfigName}`;
  return `${type} ${whose}: ${status}`;
}
