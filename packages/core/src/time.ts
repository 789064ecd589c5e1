/** The hour, and what is to be called when it has come. One for the hosts of a thread. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, after that many milliseconds. @returns what takes it back */
  after(milliseconds: number, ring: () => void): () => void;
  /** Calls back again and again, that many milliseconds apart. @returns what ends it */
  every(milliseconds: number, look: () => void): () => void;
}

// What `setTimeout` can wait for at most; longer waits are several of it.
const longest = 2 ** 31 - 1;

/** The time of the machine. What waits for it keeps no process alive. */
export const machineTime: Time = {
  now: () => Date.now(),
  after(milliseconds, ring) {
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      const step = () => (left > longest ? wait(left - longest) : ring());
      timer = setTimeout(step, Math.min(left, longest)).unref();
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, look) {
    const timer = setInterval(look, milliseconds).unref();
    return () => clearInterval(timer);
  },
};
