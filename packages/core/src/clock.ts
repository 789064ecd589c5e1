import type { Engine } from './host.ts';
import { wake } from './requests.ts';

/** Brings timers and the ends of waits to the processes of a thread. */
export interface Clock {
  /** The hour `after` milliseconds from now, ISO 8601; what is due then is looked for then. */
  in(after: number): string;
  close(): void;
}

const sweepInterval = 1_000;
const longest = 2 ** 31 - 1;

/**
 * Starts the clock of the processes that are named whenever it looks. The record alone knows what is due: once a second it is asked, and at
 * each hour that this thread has been told of.
 */
export function startClock(
  hosts: () => readonly string[],
  engine: Pick<Engine, 'messages' | 'transport'>,
): Clock {
  const alarms = new Set<NodeJS.Timeout>();
  const ring = () => {
    if (hosts().length === 0) return;
    engine.messages.expire(hosts()).then(
      (due) => {
        for (const { host, id, sessionId, bodyType } of due) {
          wake(engine, host, { messageId: id, sessionId, bodyType });
        }
      },
      () => undefined, // The record is away; the next sweep asks again.
    );
  };
  const sweep = setInterval(ring, sweepInterval);
  sweep.unref();

  return {
    in(after) {
      const alarm = setTimeout(
        () => {
          alarms.delete(alarm);
          ring();
        },
        Math.min(after + 1, longest),
      );
      alarms.add(alarm.unref());
      return new Date(Date.now() + after).toISOString();
    },
    close() {
      clearInterval(sweep);
      for (const alarm of alarms) clearTimeout(alarm);
    },
  };
}
