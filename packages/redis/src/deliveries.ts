/** The deliveries of one consumer: each wake-up is one, whether its job brings it or a neighbour. */
export interface Deliveries {
  /**
   * What a neighbour in this process has just queued, ahead of its job: delivered as soon as a worker is free, unless
   * the job comes before that.
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
/** Words that are kept until a worker is free: as many as may come before their jobs. A longer queue is Redis's. */
const mostTold = 100;

/** Makes them: at most `poolSize` calls of `deliver` run at a time. */
export function openDeliveries(poolSize: number, deliver: () => Promise<void>): Deliveries {
  const ahead = new Map<string, Promise<void>>();
  const told = new Set<string>();
  const running = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let isClosed = false;

  function begin(): Promise<void> {
    const delivery = deliver()
      .catch(() => undefined)
      .finally(() => {
        running.delete(delivery);
        const job = waiting.shift();
        if (job) job();
        else beginTold();
      });
    running.add(delivery);
    return delivery;
  }

  function beginTold(): void {
    const [jobId] = told;
    if (jobId === undefined || isClosed || running.size >= poolSize) return;
    told.delete(jobId);
    ahead.set(jobId, begin());
    if (ahead.size > mostAwaited) ahead.delete(ahead.keys().next().value ?? jobId);
  }

  return {
    wake(jobId) {
      ahead.delete(jobId);
      if (told.size < mostTold) told.add(jobId);
      beginTold();
    },

    forget(jobIds) {
      for (const jobId of jobIds) ahead.delete(jobId);
    },

    async job(jobId) {
      const begun = ahead.get(jobId);
      ahead.delete(jobId);
      if (begun) return begun;
      told.delete(jobId);
      while (running.size >= poolSize) await new Promise<void>((free) => waiting.push(free));
      if (!isClosed) await begin();
    },

    async close() {
      isClosed = true;
      while (running.size > 0) await Promise.all(running);
    },
  };
}
