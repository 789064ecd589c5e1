import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProductionProcess } from '@consort/testing/consort';
import { customProduction } from '../tests/guarantees/custom-production.ts';
import { fillRecord } from '../tests/guarantees/fill-record.ts';
import { processorOf } from './processor-of.ts';

// A start with messages that wait, beside one without: `node bench/backlog.ts`. Nothing here asserts.

const backlog = Number(process.env['BENCH_BACKLOG'] ?? 100_000);
const measured = Number(process.env['BENCH_MESSAGES'] ?? 5_000);

/** One start: what waits for the live target, and what waits for the dead one. */
interface Start {
  readonly what: string;
  readonly live: number;
  readonly dead: number;
}

const starts: readonly Start[] = [
  { what: `${measured} wait`, live: measured, dead: 0 },
  { what: `${backlog} wait`, live: backlog, dead: 0 },
  { what: 'nothing waits, new ones come', live: 0, dead: 0 },
  { what: `${backlog} wait for another, new ones come`, live: 0, dead: backlog },
];
for (const start of starts) await run(start);

async function run({ what, live, dead }: Start): Promise<void> {
  await using production = await customProduction(`name: Backlog
services: { Feed: { component: ./feeding.ts, settings: { target: Live, count: ${live > 0 ? 0 : measured}, told: told } } }
operations:
  Live: { component: ./appending.ts, poolSize: 4, settings: { file: live } }
  Dead:
    component: ./appending.ts
    retry: { interval: 1s, timeout: -1 }
    settings: { file: /nowhere/dead }
`);
  await fillRecord(production, 'Live', live);
  await fillRecord(production, 'Dead', dead);
  const done = async () => (await production.lines('live')).length;

  const begun = performance.now();
  await using running = await startProductionProcess(production.file, { data: production.data });
  const ready = performance.now() - begun;
  const memory = [await residentOf(running.pid)];
  while ((await done()) === 0) await sleep(1);
  const first = { at: performance.now(), count: await done(), cpu: await processorOf(running.pid) };
  const goal = Math.min(first.count + 0.9 * measured, measured);
  while ((await done()) < goal) {
    memory.push(await residentOf(running.pid));
    await sleep(25);
  }
  const seconds = (performance.now() - first.at) / 1000;
  const count = (await done()) - first.count;
  const rate = count / seconds;
  const cpu = ((await processorOf(running.pid)) - first.cpu) / count;
  // The backlog goes on being queued and worked off: what that needs is seen a while later.
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    memory.push(await residentOf(running.pid));
    await sleep(100);
  }
  const redis = await residentOf(await redisOf(production.data));
  const [atReady = 0] = memory;
  console.log(
    `${what.padEnd(44)} ready in ${(ready / 1000).toFixed(2)} s  first done after ${((first.at - begun) / 1000).toFixed(2)} s` +
      `  ${rate.toFixed(0)} messages/s, ${cpu.toFixed(2)} ms of processor each  memory ${atReady.toFixed(0)} MB, at most ${Math.max(...memory).toFixed(0)} MB` +
      `  Redis ${redis.toFixed(0)} MB`,
  );
  await running.stop();
}

async function redisOf(data: string): Promise<number> {
  const log = await readFile(join(data, 'redis', 'redis.log'), 'utf8').catch(() => '');
  return Number(/pid=(\d+)/.exec(log)?.[1] ?? 0);
}

/** MB of memory that a process holds now. */
async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
