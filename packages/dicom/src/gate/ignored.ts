import type { Limits } from '../association/limits.ts';
import type { DataSetTarget } from '../association/message-intake.ts';
import { cutOff } from '../association/protocol-error.ts';

/** Lets a data set pass that nobody wants. */
export class Ignored implements DataSetTarget {
  readonly #limits: Limits;
  readonly #onWhole: () => void;
  #size = 0;

  constructor(limits: Limits, onWhole: () => void) {
    this.#limits = limits;
    this.#onWhole = onWhole;
  }

  write(bytes: Buffer): undefined {
    this.#size += bytes.length;
    if (this.#size > this.#limits.objectSize) throw cutOff('an endless data set');
  }

  end(): undefined {
    this.#onWhole();
  }

  async discard(): Promise<void> {}
}
