import type { Limits } from './limits.ts';

/**
 * How long a peer may keep us waiting: for ever, until a moment whatever arrives, or as long as it keeps
 * sending at the least rate. Only the time that is really spent waiting for it counts against the rate.
 */
export class Patience {
  readonly #limits: Limits;
  readonly #onChange: () => void;
  #mode: 'for ever' | 'until' | 'progress' = 'for ever';
  #until = Infinity;
  #complaint = '';
  #waitStart = 0;
  #windowWaited = 0;
  #windowBytes = 0;

  /** @param onChange called when `until` has changed */
  constructor(limits: Limits, onChange: () => void) {
    this.#limits = limits;
    this.#onChange = onChange;
  }

  /** When patience ends if nothing more arrives, by `performance.now()`. */
  get until(): number {
    if (this.#mode === 'for ever') return Infinity;
    if (this.#mode === 'until') return this.#until;
    return this.#waitStart + this.#limits.progressWindow - this.#windowWaited;
  }

  /** Why it ended, in words. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Waits without end: we owe the peer an answer. */
  forEver(): void {
    this.#mode = 'for ever';
    this.#onChange();
  }

  /** Waits this many milliseconds in all, however much arrives. */
  atMost(milliseconds: number, complaint: string): void {
    this.#mode = 'until';
    this.#until = performance.now() + milliseconds;
    this.#complaint = complaint;
    this.#onChange();
  }

  /** Waits as long as the peer sends at `progressRate` on average. A wait under this rule goes on as it is. */
  progress(complaint: string): void {
    if (this.#mode === 'progress') return;
    this.#mode = 'progress';
    this.#complaint = complaint;
    this.#windowWaited = 0;
    this.#windowBytes = 0;
    this.#waitStart = performance.now();
    this.#onChange();
  }

  startWait(): void {
    this.#waitStart = performance.now();
  }

  endWait(bytes: number): void {
    if (this.#mode !== 'progress') return;
    this.#windowBytes += bytes;
    this.#windowWaited += performance.now() - this.#waitStart;
  }

  /** At the end of a window: begins the next one when enough has come in this one. */
  isGivenMore(): boolean {
    if (this.#mode !== 'progress') return performance.now() < this.#until;
    const { progressRate, progressWindow } = this.#limits;
    const isEnough = this.#windowBytes >= (progressRate * progressWindow) / 1000;
    this.#windowWaited = 0;
    this.#windowBytes = 0;
    this.#waitStart = performance.now();
    return isEnough;
  }
}
