/** Measures how long this thread works without looking at its sockets and timers. */
export function watchLoop() {
  let longest = 0;
  let last = workedMilliseconds();
  const timer = setInterval(() => {
    const now = workedMilliseconds();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return {
    /** The most work in one turn of the event loop, in milliseconds. */
    longest: () => longest,
    stop: () => clearInterval(timer),
  };
}

/** Not the clock: on a busy machine a thread stands still through no fault of its own. */
function workedMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
