import type { Limits } from '../association/limits.ts';
import type { DataSetTarget } from '../association/message-intake.ts';
import type { ObjectReceiver } from './door.ts';

/** Who takes the bytes. */
type Receiver = Pick<ObjectReceiver, 'write' | 'discard'>;

/** What an intake tells about its data set. */
interface Observer {
  /** The receiver has all of it, or has failed to take it. */
  whole(): void;
  /** It is over the limit, and discarded. */
  tooLarge(): Promise<void>;
}

/**
 * Passes a data set on to its receiver: large fragments as they are, small ones gathered, so that a peer that
 * sends byte by byte costs copies and not writes.
 */
export class ObjectIntake implements DataSetTarget {
  readonly #receiver: Receiver;
  readonly #limits: Limits;
  readonly #observer: Observer;
  #size = 0;
  #gathered: Buffer | undefined;
  #gatheredLength = 0;
  #hasFailed = false;

  constructor(receiver: Receiver, limits: Limits, observer: Observer) {
    this.#receiver = receiver;
    this.#limits = limits;
    this.#observer = observer;
  }

  write(bytes: Buffer): Promise<void> | undefined {
    this.#size += bytes.length;
    if (this.#size > this.#limits.objectSize) return this.#observer.tooLarge();
    // The rest is let pass; the receiver says at the end what the answer is.
    if (this.#hasFailed) return undefined;
    return this.#gather(bytes) ? undefined : this.#pass(bytes);
  }

  async end(): Promise<void> {
    await this.#flush();
    this.#observer.whole();
  }

  async discard(): Promise<void> {
    await this.#receiver.discard();
  }

  /** Copies what there is room for as a whole; false when there is none. */
  #gather(bytes: Buffer): boolean {
    if (this.#gatheredLength + bytes.length > gathered) return false;
    this.#gathered ??= Buffer.allocUnsafeSlow(gathered);
    bytes.copy(this.#gathered, this.#gatheredLength);
    this.#gatheredLength += bytes.length;
    return true;
  }

  async #pass(bytes: Buffer): Promise<void> {
    await this.#flush();
    if (!this.#gather(bytes)) await this.#toReceiver(bytes);
  }

  async #flush(): Promise<void> {
    if (this.#gatheredLength === 0 || !this.#gathered) return;
    const bytes = this.#gathered.subarray(0, this.#gatheredLength);
    this.#gatheredLength = 0;
    await this.#toReceiver(bytes);
  }

  async #toReceiver(bytes: Buffer): Promise<void> {
    if (this.#hasFailed) return;
    try {
      await this.#receiver.write(bytes);
    } catch {
      this.#hasFailed = true;
    }
  }
}

const gathered = 64 * 1024;
