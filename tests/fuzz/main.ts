import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readCorpus, roleOf, type Role } from './corpus.ts';
import { keepInput, runFuzz, runInput, type Finding } from './run-fuzz.ts';
import { watchLoop } from './watch-loop.ts';

// `npm run fuzz`: says mutated conversations to our acceptor and our requester and looks for what they do wrong.
//   npm run fuzz -- --minutes 60 --seed 7    as long as wanted (default: one minute, a seed from the clock)
//   npm run fuzz -- --input FILE             one input again, by the file that was kept of it

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    input: { type: 'string' },
  },
});

const lanes = 16;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What was said last, for an error that no lane catches. */
const recent: (readonly [Role, Buffer])[] = [];
const loop = watchLoop();

for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => void endWith(event, error));

if (values.input !== undefined) {
  const role = roleOf(basename(values.input));
  const heard = await runInput(role, await readFile(values.input), await readCorpus());
  print(`${values.input}: ${heard.join(', ')}; nothing went wrong`);
} else {
  await run(Number(values.minutes), Number(values.seed));
}
loop.stop();

async function endWith(event: string, error: unknown): Promise<never> {
  for (const [role, input] of recent) tell(await keepInput(role, input, error));
  print(`${event}; it is one of these ${recent.length} inputs, the later the likelier`);
  process.exit(1);
}

async function run(minutes: number, seed: number): Promise<void> {
  const start = performance.now();
  const memoryBefore = settledMemory();
  let longest = 0;
  let told = start;
  print(`seed ${seed}, ${minutes} min`);
  const { inputs, findings } = await runFuzz(await readCorpus(), {
    seed,
    lanes,
    goesOn(count) {
      if (performance.now() - told > 60_000) {
        told = performance.now();
        print(`${count} inputs`);
      }
      return performance.now() - start < minutes * 60_000;
    },
    begins(role, input) {
      recent.push([role, input]);
      if (recent.length > 2 * lanes) recent.shift();
    },
    heard(_, milliseconds) {
      longest = Math.max(longest, milliseconds);
    },
  });
  for (const finding of findings) tell(finding);
  const grown = settledMemory() - memoryBefore;
  print(
    `${inputs} inputs, ${findings.length} findings; the longest took ${Math.round(longest)} ms, ` +
      `one turn of the event loop at most ${Math.round(loop.longest())} ms of work, ` +
      `and the heap grew by ${Math.round(grown)} MiB`,
  );
  process.exitCode = findings.length > 0 ? 1 : 0;
}

/** Of the heap and of buffers, in MiB, after a collection. */
function settledMemory(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 ** 2;
}

function tell({ role, what, file }: Finding): void {
  print(`${role}: ${what}\n  again: npm run fuzz -- --input ${file}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
