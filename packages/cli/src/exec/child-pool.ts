import { setTimeout as sleep } from 'node:timers/promises';
import { keepChild, type KeptChild, type Keeping } from '../children/keep-child.ts';
import type { ExecChild } from './start-child.ts';

/** The children of a host: one for each worker, started when that is first needed. */
export interface ChildPool {
  /** Has a child for as long as `work` takes. @throws EngineError STOPPING; what `work` throws */
  use<Result>(signal: AbortSignal, work: (child: ExecChild) => Promise<Result>): Promise<Result>;
  /** @param grace milliseconds for all of them */
  stop(grace: number): Promise<void>;
}

/** Starts the first of them. @throws EngineError CHILD_NOT_STARTED */
export async function childPool(
  start: () => Promise<ExecChild>,
  keeping: Keeping,
): Promise<ChildPool> {
  const all = [await keepChild(start, keeping)];
  const idle = [...all];

  /** One more cannot be started, as long as the first cannot be started again either: its message waits. */
  async function another(signal: AbortSignal): Promise<KeptChild<ExecChild>> {
    for (;;) {
      try {
        const kept = await keepChild(start, keeping);
        all.push(kept);
        return kept;
      } catch (error) {
        if (signal.aborted) throw error;
        const text = (error as Error).message;
        keeping.log({ type: 'Error', code: 'CHILD_NOT_STARTED', text, host: keeping.host });
        await sleep(keeping.longest, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  return {
    async use(signal, work) {
      const kept = idle.pop() ?? (await another(signal));
      try {
        return await work(await kept.ready(signal));
      } finally {
        idle.push(kept);
      }
    },
    async stop(grace) {
      await Promise.all(all.map((kept) => kept.stop(grace)));
    },
  };
}
