import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { idle } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { customProduction, type CustomProduction } from './custom-production.ts';

// Nobody but its sender works on what is sent to such an operation: what the sender does not come back to waits for ever.
describeWith(['redis'], 'an operation in the worker of its sender', () => {
  it('that is stopped and disabled while it is tried again goes on when it is started', async () => {
    await using production = await senders();
    await using running = await production.start();
    const reader = await openMessageReader(production.data);
    await expect.poll(() => running.output(), { timeout: 20_000 }).toContain('will try message');

    expect((await production.verb('stop-host', 'Out')).code).toBe(0);
    expect((await production.verb('start-host', 'Out')).code).toBe(0);
    expect((await production.verb('disable', 'Out')).code).toBe(0);
    await mkdir(join(production.folder, 'out'));
    expect((await production.verb('enable', 'Out')).code).toBe(0);
    await idle(reader);

    expect(await statuses(reader)).toEqual(['Completed', 'Completed', 'Completed', 'Completed']);
    expect((await production.lines('out/done')).map((line) => line.split(' ')[1])).toEqual(
      expect.arrayContaining(['1', '2']),
    );
    await reader.close();
  });

  it('that is tried again when all is stopped goes on at the next start, also when nobody waits for it', async () => {
    await using production = await senders();
    const first = await production.start();
    const reader = await openMessageReader(production.data);
    await expect
      .poll(() => first.output().match(/will try message \d+/g) ?? [], { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['will try message 3', 'will try message 4']));
    expect(await first.stop()).toBe(0);
    expect(first.output()).not.toContain('stopped by force');

    await mkdir(join(production.folder, 'out'));
    await using _second = await production.start();
    await idle(reader);
    expect(await statuses(reader)).toEqual(['Completed', 'Completed', 'Completed', 'Completed']);
    await reader.close();
  });
});

/** Two processes with a message each: one waits for the operation, the other does not. */
async function senders(): Promise<CustomProduction> {
  const production = await customProduction(`name: InProc
processes:
  Waiting: { component: ./stepping.ts, settings: { target: Out, file: steps, stopAt: stop-at } }
  Passing: { component: ./passing.ts, settings: { target: Out } }
operations:
  Out:
    component: ./appending.ts
    invocation: inProc
    retry: { interval: 100ms, timeout: -1 }
    settings: { file: out/done }
`);
  for (const [place, target] of ['Waiting', 'Passing'].entries()) {
    await production.record((store) =>
      store.send({
        source: 'Test',
        sourceType: 'BusinessService',
        target,
        targetType: 'BusinessProcess',
        body: { type: 'test.number', number: place + 1 },
        priority: 'Sync',
        responseRequired: false,
      }),
    );
  }
  return production;
}

/** How the requests to the processes and to the operation have ended. */
async function statuses(reader: Awaited<ReturnType<typeof openMessageReader>>) {
  const legs = [...(await reader.session(1)), ...(await reader.session(2))];
  return legs
    .filter(({ header }) => header.type === 'Request')
    .map(({ header: { status } }) => status);
}
