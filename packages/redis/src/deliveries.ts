/** The deliveries of one consumer: each wake-up is one, whether its job begins it or the message came ahead of it. */
export interface Deliveries {
  /**
   * A message that was claimed ahead of its job: its work begins as soon as a worker is free.
   * @param jobId of the job that is on its way
   */
  take(jobId: string, work: () => Promise<void>): void;
  /** These have new jobs, which are to be delivered unless their message is being worked on. */
  forget(jobIds: readonly string[]): void;
  /** Resolves when the delivery that the job stands for has ended; it may have begun without the job. */
  job(jobId: string): Promise<void>;
  /** Begins nothing for a job any more; resolves when everything else has ended. */
  close(): Promise<void>;
}

/** Jobs that have not come although their message was worked on long ago are lost: they are not waited for. */
const mostAwaited = 10_000;

type Work = () => Promise<void>;
/** A job that waits for a worker; it gets one, or a delivery that another has begun. */
type Waiting = (delivery: Promise<void> | undefined) => void;

/** Makes them: at most `poolSize` calls of `deliver` and of what was taken run at a time. */
export function openDeliveries(poolSize: number, deliver: Work): Deliveries {
  const ahead = new Map<string, Promise<void>>();
  const taken: { readonly jobId: string; readonly work: Work }[] = [];
  const running = new Set<Promise<void>>();
  const waiting: Waiting[] = [];
  let isClosed = false;

  function begin(work: Work): Promise<void> {
    const delivery = work()
      .catch(() => undefined)
      .finally(() => {
        running.delete(delivery);
        if (taken.length > 0) beginTaken();
        else waiting.shift()?.(undefined);
      });
    running.add(delivery);
    return delivery;
  }

  /** Any job stands for any message: one that waits ends with this one. */
  function beginTaken(): void {
    const next = running.size < poolSize ? taken.shift() : undefined;
    if (!next) return;
    const delivery = begin(next.work);
    ahead.delete(next.jobId);
    ahead.set(next.jobId, delivery);
    if (ahead.size > mostAwaited) ahead.delete(ahead.keys().next().value ?? next.jobId);
    waiting.shift()?.(delivery);
  }

  return {
    take(jobId, work) {
      taken.push({ jobId, work });
      beginTaken();
    },

    forget(jobIds) {
      for (const jobId of jobIds) {
        if (!running.has(ahead.get(jobId)!)) ahead.delete(jobId);
      }
    },

    async job(jobId) {
      const stay = stayOf(jobId);
      const begun = ahead.get(stay);
      ahead.delete(stay);
      if (begun) return begun;
      while (running.size >= poolSize) {
        const delivery = await new Promise<Promise<void> | undefined>((free) => waiting.push(free));
        if (delivery) return delivery;
      }
      if (!isClosed) await begin(deliver);
    },

    async close() {
      isClosed = true;
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Without what tells a wake-up that came again from the one that came too early. */
function stayOf(jobId: string): string {
  return jobId.split('-', 1)[0] ?? jobId;
}
