/** The deliveries of one consumer: each wake-up is one, whether its job brings it or a neighbour. */
export interface Deliveries {
  /**
   * What a neighbour in this process has just queued, ahead of its job: delivered at once when a worker is free,
   * and otherwise left to the job.
   */
  wake(jobId: string): void;
  /** These have new jobs, which are to be delivered whatever was known of them before. */
  forget(jobIds: readonly string[]): void;
  /** Resolves when the delivery that the job stands for has ended; it may have begun without the job. */
  job(jobId: string): Promise<void>;
  /** Begins no more; resolves when what is under way has ended. */
  close(): Promise<void>;
}

/** Jobs that have not come although their wake-up was delivered long ago are lost: they are not waited for. */
const mostAwaited = 10_000;

/** Makes them: at most `poolSize` calls of `deliver` run at a time. */
export function openDeliveries(poolSize: number, deliver: () => Promise<void>): Deliveries {
  const ahead = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let isClosed = false;

  function begin(): Promise<void> {
    const delivery = deliver()
      .catch(() => undefined)
      .finally(() => {
        running.delete(delivery);
        waiting.shift()?.();
      });
    running.add(delivery);
    return delivery;
  }

  return {
    wake(jobId) {
      ahead.delete(jobId);
      if (isClosed || running.size >= poolSize) return;
      ahead.set(jobId, begin());
      if (ahead.size > mostAwaited) ahead.delete(ahead.keys().next().value ?? jobId);
    },

    forget(jobIds) {
      for (const jobId of jobIds) ahead.delete(jobId);
    },

    async job(jobId) {
      const begun = ahead.get(jobId);
      ahead.delete(jobId);
      if (begun) return begun;
      while (running.size >= poolSize) await new Promise<void>((free) => waiting.push(free));
      if (!isClosed) await begin();
    },

    async close() {
      isClosed = true;
      while (running.size > 0) await Promise.all(running);
    },
  };
}
