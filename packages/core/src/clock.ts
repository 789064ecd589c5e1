import type { Engine } from './host.ts';
import { wake } from './requests.ts';
import { machineTime, type Time } from './time.ts';

/** Brings timers and the ends of waits to the processes of a thread. */
export interface Clock {
  /** The hour `after` milliseconds from now, ISO 8601; what is due then is looked for then. */
  in(after: number): string;
  close(): void;
}

const sweepInterval = 1_000;

/**
 * Starts the clock of the processes that are named whenever it looks. The record alone knows what is due: once a second it is asked, and at
 * each hour that this thread has been told of.
 */
export function startClock(
  hosts: () => readonly string[],
  engine: Pick<Engine, 'messages' | 'transport'>,
  time: Time = machineTime,
): Clock {
  const alarms = new Set<() => void>();
  const ring = () => {
    if (hosts().length === 0) return;
    engine.messages.expire(hosts(), new Date(time.now()).toISOString()).then(
      (due) => {
        for (const { host, id, sessionId, bodyType } of due) {
          wake(engine, host, { messageId: id, sessionId, bodyType });
        }
      },
      () => undefined, // The record is away; the next sweep asks again.
    );
  };
  const endSweep = time.every(sweepInterval, ring);

  return {
    in(after) {
      const takeBack = time.after(after + 1, () => {
        alarms.delete(takeBack);
        ring();
      });
      alarms.add(takeBack);
      return new Date(time.now() + after).toISOString();
    },
    close() {
      endSweep();
      for (const takeBack of alarms) takeBack();
    },
  };
}
