import type { Time } from '@consort/core';

/** Time that a test lets pass. It goes on by itself too, but whoever waits for it is called by `pass` alone. */
export interface SetTime extends Time {
  /**
   * Lets time pass, and calls whoever has waited that long, in the order of the hours. It begins once somebody waits
   * for the clock at all, so that it cannot come before what it is to end.
   * @param milliseconds how much
   * @param patience real milliseconds after which nobody is expected to wait any more; default 10 000
   * @throws Error when nobody waits for the clock
   */
  pass(milliseconds: number, patience?: number): Promise<void>;
  /** The same, whether somebody waits or not: for what looks at the hour by itself, as schedules do. */
  move(milliseconds: number): void;
}

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** Makes a time that begins at the machine's hour. */
export function setTime(): SetTime {
  let ahead = 0;
  const alarms = new Set<Alarm>();
  const looks = new Set<() => void>();
  let toldOf: (() => void) | undefined;
  const now = () => Date.now() + ahead;

  function someoneWaits(patience: number): Promise<void> {
    if (alarms.size > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const none = () => {
        toldOf = undefined;
        reject(new Error('no time can pass: the component waits for no timer, time-out or retry'));
      };
      const timer = setTimeout(none, patience);
      toldOf = () => {
        clearTimeout(timer);
        toldOf = undefined;
        resolve();
      };
    });
  }

  function move(milliseconds: number): void {
    ahead += milliseconds;
    // What was set a moment ago is due too, though its hour was counted in fractions of a millisecond.
    const due = [...alarms].filter(({ at }) => at <= now() + 2);
    for (const alarm of due.toSorted((a, b) => a.at - b.at)) {
      if (alarms.delete(alarm)) alarm.ring();
    }
    for (const look of looks) look();
  }

  return {
    now,
    after(milliseconds, ring) {
      const alarm: Alarm = { at: now() + milliseconds, ring };
      alarms.add(alarm);
      toldOf?.();
      return () => void alarms.delete(alarm);
    },
    every(_milliseconds, look) {
      looks.add(look);
      return () => void looks.delete(look);
    },
    async pass(milliseconds, patience = 10_000) {
      await someoneWaits(patience);
      move(milliseconds);
    },
    move,
  };
}
