import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { idle } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { customProduction } from './custom-production.ts';

describeWith(['redis'], 'poolSize', () => {
  it('is how many handlers of a host run at a time in the whole production, never more, and so many', async () => {
    await using production = await customProduction(`name: Pools
services:
  One: { component: ./feeding.ts, settings: { target: Three, count: 300, told: one } }
  Two: { component: ./feeding.ts, settings: { target: Three, count: 300, told: two } }
  Other: { component: ./feeding.ts, settings: { target: Seven, count: 300, told: other } }
operations:
  Three: { component: ./meeting.ts, poolSize: 3, settings: { file: three, meet: 3 } }
  Seven: { component: ./meeting.ts, poolSize: 7, settings: { file: seven, meet: 7 } }
`);
    const first = await production.start();
    await production.linesReach('three', 50);
    // Neither a host that is started anew nor a new run has the workers of the one before it besides its own.
    expect((await production.verb('restart', 'Three')).code).toBe(0);
    await production.linesReach('three', 150);
    await first.kill();
    await using _again = await production.start();
    const reader = await openMessageReader(production.data);
    await production.linesReach('two', 300);
    await production.linesReach('other', 300);
    await idle(reader);
    await reader.close();

    const mostIn = async (file: string) => Math.max(...(await production.lines(file)).map(Number));
    expect([await mostIn('three'), await mostIn('seven')]).toEqual([3, 7]);
    expect((await production.lines('three')).length).toBeGreaterThanOrEqual(600);
    expect((await production.lines('seven')).length).toBeGreaterThanOrEqual(300);
  });
});
