import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAcceptorLane } from './acceptor-lane.ts';
import type { Role, Seed } from './corpus.ts';
import type { Lane } from './lane.ts';
import { mutate } from './mutate.ts';
import { randomFrom, type Random } from './random.ts';
import { openRequesterLane } from './requester-lane.ts';
import type { WayOfSaying } from './way-of-saying.ts';

/** What to do, and for how long. */
export interface FuzzPlan {
  /** Of the random numbers: the same seed makes the same inputs, in each lane. */
  readonly seed: number;
  /** How many lanes of each role work at the same time. */
  readonly lanes: number;
  /** Asked before each input, with the number that there were. */
  goesOn(inputs: number): boolean;
  /** Told of each input before it is said. */
  begins?(role: Role, input: Buffer): void;
  /** Told when one did no harm, and how many milliseconds it took. */
  heard?(role: Role, milliseconds: number): void;
}

/** An input that made us do wrong. */
export interface Finding {
  readonly role: Role;
  readonly what: string;
  /** The file that has the bytes. */
  readonly file: string;
}

/** How many inputs of a lane are followed by a good peer. */
const betweenGoodPeers = 25;

/** Says mutated conversations to both our roles until it is told to stop, or something goes wrong. */
export async function runFuzz(corpus: readonly Seed[], plan: FuzzPlan) {
  const findings: Finding[] = [];
  let inputs = 0;
  const runs = (['acceptor', 'requester'] as const).flatMap((role, index) =>
    Array.from({ length: plan.lanes }, (_, number) =>
      runLane(role, randomFrom(plan.seed + 1_000 * index + number)),
    ),
  );
  await Promise.all(runs);
  return { inputs, findings };

  async function runLane(role: Role, random: Random): Promise<void> {
    const seeds = corpus.filter((seed) => seed.role === role).map(({ bytes }) => bytes);
    await using lane = await openLane(role, corpus);
    for (let count = 0; findings.length === 0 && plan.goesOn(inputs); count += 1) {
      inputs += 1;
      const input = mutate(random.among(seeds), seeds, random);
      try {
        plan.begins?.(role, input);
        const start = performance.now();
        await lane.hear(input);
        plan.heard?.(role, performance.now() - start);
        if (count % betweenGoodPeers === 0) await lane.serveGoodPeer();
      } catch (error) {
        findings.push(await keepInput(role, input, error));
      }
    }
  }
}

/** Says one input, as it is, to a role, and then a good one. See `Lane.hear`. */
export async function runInput(
  role: Role,
  input: Buffer,
  corpus: readonly Seed[],
  way?: WayOfSaying,
): Promise<readonly string[]> {
  await using lane = await openLane(role, corpus);
  const heard = await lane.hear(input, way);
  await lane.serveGoodPeer();
  return heard;
}

/** Writes an input to a file from which it can be run again. */
export async function keepInput(role: Role, input: Buffer, error: unknown): Promise<Finding> {
  const folder = join(tmpdir(), 'consort-fuzz');
  await mkdir(folder, { recursive: true });
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const file = join(folder, `${role}-${digest}.bin`);
  await writeFile(file, input);
  return {
    role,
    what: error instanceof Error ? (error.stack ?? error.message) : String(error),
    file,
  };
}

async function openLane(role: Role, corpus: readonly Seed[]): Promise<Lane> {
  if (role === 'acceptor') return openAcceptorLane();
  const good = corpus.find(({ name }) => name === 'requester-store');
  if (!good) throw new Error('the corpus has no requester-store');
  return openRequesterLane(good.bytes);
}
