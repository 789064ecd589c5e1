import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

/** `production start` in a process of its own: what can be killed. */
export interface ProductionProcess extends AsyncDisposable {
  readonly pid: number;
  /** What it has printed so far, standard output and error together. */
  output(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** `kill -9`, as a power failure of the process; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM: drains and stops; resolves with the exit code. */
  stop(): Promise<number | NodeJS.Signals>;
}

const main = createRequire(import.meta.url).resolve('@consort/cli/main');

/** Starts a production and resolves once it says that it runs; rejects with its output when it ends before. */
export async function startProductionProcess(
  file: string,
  options: {
    readonly data: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly args?: readonly string[];
  },
): Promise<ProductionProcess> {
  const started = spawnProduction(
    ['start', file, '--data', options.data, '--page', 'off', ...(options.args ?? [])],
    options.env,
  );
  const end = started.ended.then((code) => {
    throw new Error(`production start ended with ${code}:\n${started.output()}`);
  });
  end.catch(() => undefined);
  while (!started.output().includes(' is running')) {
    await Promise.race([sleep(20), end]);
  }
  return started;
}

/** Runs any verb of `production`; see `startProductionProcess` for the one that stays. */
export function spawnProduction(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ProductionProcess {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, REDIS_URL: undefined, CONSORT_DATA: undefined, NO_COLOR: '1', ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    async kill() {
      if (isRunning()) child.kill('SIGKILL');
      await ended;
    },
    stop() {
      if (isRunning()) child.kill('SIGTERM');
      return ended;
    },
    async [Symbol.asyncDispose]() {
      if (isRunning()) child.kill('SIGTERM');
      await ended;
    },
  };
}
