/** A time that does not run while somebody else is waited for. */
export interface TimeLimit {
  pause(): void;
  resume(): void;
  end(): void;
}

/** @param limit milliseconds, at most 24 days; Infinity for none */
export function timeLimit(limit: number, over: () => void): TimeLimit {
  let left = limit;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let pauses = 0;

  function run(): void {
    since = performance.now();
    if (left !== Infinity) timer = setTimeout(over, Math.min(left, 2 ** 31 - 1));
  }
  run();

  return {
    pause() {
      if (++pauses > 1) return;
      clearTimeout(timer);
      left -= performance.now() - since;
    },
    resume() {
      if (--pauses === 0) run();
    },
    end() {
      pauses = Infinity;
      clearTimeout(timer);
    },
  };
}
