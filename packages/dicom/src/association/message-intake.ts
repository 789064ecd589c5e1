import { decodeCommandSet, type CommandSet } from './command-set.ts';
import type { Limits } from './limits.ts';
import type { Fragment } from './pdu.ts';
import { invalidParameter, unexpectedParameter } from './protocol-error.ts';

/** Where the data set of a message goes. */
export interface DataSetTarget {
  /** Takes bytes in order; the slice is valid until the promise, if there is one, resolves. */
  write(bytes: Buffer): Promise<void> | undefined;
  /** The data set is whole. */
  end(): Promise<void> | undefined;
  /** It never will be. */
  discard(): Promise<void>;
}

/** Who takes the messages of an association. */
export interface MessageHandler {
  /** Says whether a presentation context was accepted. */
  isAccepted(contextId: number): boolean;
  /** A whole command set; with a data set to follow, says where that goes. May throw ProtocolError. */
  command(command: CommandSet, contextId: number): Promise<DataSetTarget | undefined>;
}

/**
 * Makes messages of fragments (PS3.7 section 6.3, PS3.8 annex E): a command set, assembled within its limit,
 * then, if it says so, a data set on the same presentation context, passed on as it comes.
 */
export class MessageIntake {
  readonly #limits: Limits;
  readonly #handler: MessageHandler;
  /** The context of the message under way. */
  #contextId: number | undefined;
  #command = Buffer.alloc(0);
  #commandLength = 0;
  #target: DataSetTarget | undefined;

  constructor(limits: Limits, handler: MessageHandler) {
    this.#limits = limits;
    this.#handler = handler;
  }

  /** Whether a message has begun and not ended. */
  get isMidMessage(): boolean {
    return this.#contextId !== undefined;
  }

  /**
   * Takes the next fragment; a promise when it is not done with it at once.
   * @throws ProtocolError
   */
  take(fragment: Fragment): Promise<void> | undefined {
    const { contextId } = fragment;
    this.#contextId ??= contextId;
    if (!this.#handler.isAccepted(contextId)) {
      throw unexpectedParameter(
        `data on presentation context ${contextId}, which was not accepted`,
        'PS3.8 section 9.3.5.1',
      );
    }
    if (contextId !== this.#contextId) {
      throw unexpectedParameter('a message on two presentation contexts', 'PS3.8 section E.1');
    }
    return this.#target ? this.#takeData(fragment, this.#target) : this.#takeCommand(fragment);
  }

  /** Gives up the message under way. */
  async discard(): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    this.#contextId = undefined;
    await target?.discard();
  }

  #takeData(fragment: Fragment, target: DataSetTarget): Promise<void> | undefined {
    if (fragment.isCommand) {
      throw unexpectedParameter('a command in the middle of a data set', 'PS3.8 section E.1');
    }
    const written = target.write(fragment.bytes);
    if (!fragment.isLast) return written;
    return this.#endData(target, written);
  }

  async #endData(target: DataSetTarget, written: Promise<void> | undefined): Promise<void> {
    await written;
    this.#target = undefined;
    this.#contextId = undefined;
    await target.end();
  }

  #takeCommand({ isCommand, bytes, isLast, contextId }: Fragment): Promise<void> | undefined {
    if (!isCommand) {
      throw unexpectedParameter('a data set without a command', 'PS3.7 section 6.3.1');
    }
    this.#append(bytes);
    if (!isLast) return undefined;
    const command = decodeCommandSet(this.#command.subarray(0, this.#commandLength));
    this.#commandLength = 0;
    return this.#endCommand(command, contextId);
  }

  async #endCommand(command: CommandSet, contextId: number): Promise<void> {
    if (!command.hasDataSet) this.#contextId = undefined;
    this.#target = await this.#handler.command(command, contextId);
  }

  #append(bytes: Buffer): void {
    const length = this.#commandLength + bytes.length;
    if (length > this.#limits.commandLength) {
      throw invalidParameter(`a command set of more than ${this.#limits.commandLength} bytes`);
    }
    if (length > this.#command.length) {
      const larger = Buffer.alloc(Math.max(512, 2 * length));
      this.#command.copy(larger, 0, 0, this.#commandLength);
      this.#command = larger;
    }
    bytes.copy(this.#command, this.#commandLength);
    this.#commandLength = length;
  }
}
