/** Jobs on their way to Redis. */
export interface Batches {
  /** Resolves when the job is in Redis, together with those that were added for the same host shortly before or after. */
  add(host: string, job: NewJob): Promise<void>;
  /** Sends at once what waits for others; resolves when Redis has answered. */
  flush(): Promise<void>;
}

/** What BullMQ is given of a job. */
export interface NewJob {
  readonly name: string;
  readonly data: object;
  readonly opts: { readonly jobId: string };
}

interface Batch {
  readonly jobs: NewJob[];
  readonly added: PromiseWithResolvers<void>;
}

/** How long a job waits for others, in milliseconds. */
const patience = 500;
const mostTogether = 100;

/**
 * Makes them. A message that found a free worker is with it already, so its job has no hurry; and where many jobs lie in
 * a queue, BullMQ takes the next one with the call that ends the last, and asks Redis half as often.
 */
export function openBatches(
  addAll: (host: string, jobs: readonly NewJob[]) => Promise<void>,
): Batches {
  const waiting = new Map<string, Batch>();
  let timer: NodeJS.Timeout | undefined;

  function send(host: string, { jobs, added }: Batch): Promise<void> {
    waiting.delete(host);
    addAll(host, jobs).then(added.resolve, added.reject);
    return added.promise;
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await Promise.allSettled([...waiting].map(([host, batch]) => send(host, batch)));
  }

  return {
    add(host, job) {
      const batch = waiting.get(host) ?? { jobs: [], added: Promise.withResolvers<void>() };
      waiting.set(host, batch);
      batch.jobs.push(job);
      if (batch.jobs.length >= mostTogether) return send(host, batch);
      timer ??= setTimeout(() => void flush(), patience);
      return batch.added.promise;
    },
    flush,
  };
}
