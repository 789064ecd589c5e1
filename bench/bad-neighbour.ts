import { readdir, rename, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { twoTargets } from '../tests/guarantees/two-targets.ts';
import { makeImages } from './images.ts';
import { processorOf } from './processor-of.ts';

// The rate of a live target with a dead one beside it, and without: `node bench/bad-neighbour.ts`.
// One after the other several times, because a machine is never quite alone.

const count = Number(process.env['BENCH_IMAGES'] ?? 2_000);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const cases = [
  { what: 'live target alone', targets: ['Live'] },
  { what: 'live target, dead one beside it', targets: ['Live', 'Dead'] },
] as const;

const images = await makeImages(count);
for (let round = 1; round <= rounds; round += 1) {
  for (const { what, targets } of cases) {
    const { rate, cpu } = await run(targets);
    console.log(
      `${round}  ${what.padEnd(34)} ${rate.toFixed(0)} images/s  ${cpu.toFixed(2)} ms of processor each`,
    );
  }
}
await rm(images, { recursive: true, force: true });

async function run(targets: readonly string[]) {
  const { production, peer } = await twoTargets(targets);
  await using _production = production;
  await using running = await production.start();
  const { folder } = production;
  await rename(join(folder, 'dead'), join(folder, 'away'));
  const before = await processorOf(running.pid);
  const begun = performance.now();
  const words = ['-aet', 'BENCH', '-aec', 'IRIS', '127.0.0.1', String(peer.port), '+sd', images];
  const sender = spawn('dcmsend', words, {
    stdio: 'ignore',
    env: { ...process.env, TCP_NODELAY: '1' },
  });
  const sent = once(sender, 'exit');
  const arrived = async () =>
    (await readdir(join(folder, 'live'))).filter((name) => !name.startsWith('.')).length;
  while ((await arrived()) < count) await sleep(20);
  const seconds = (performance.now() - begun) / 1000;
  const cpu = ((await processorOf(running.pid)) - before) / count;
  await sent;
  await running.kill();
  return { rate: count / seconds, cpu };
}
