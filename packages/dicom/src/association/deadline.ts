/**
 * One moment that may be moved often, on one timer that is set rarely: a timer that fires early
 * is set again for the rest.
 */
export class Deadline {
  readonly #onPassed: () => void;
  #at = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** @param at when, in milliseconds of `performance.now()`; Infinity for never */
  set(at: number): void {
    this.#at = at;
    if (at < this.#timerAt) this.#arm();
  }

  /** Forgets it for good, timer and all. */
  close(): void {
    this.#at = Infinity;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timerAt = this.#at;
    // A timer takes no more than 31 bits; one that fires early is armed again.
    const wait = Math.min(2 ** 31 - 1, Math.max(0, this.#at - performance.now()));
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(wait));
  }

  #fire(): void {
    this.#timerAt = Infinity;
    if (this.#at === Infinity) return;
    if (performance.now() < this.#at) return this.#arm();
    this.#at = Infinity;
    this.#onPassed();
  }
}
