import type { PduChannel } from './pdu-channel.ts';
import { encodeCommandPdus } from './pdu-encoder.ts';
import { sendDataSet } from './send-data-set.ts';

/** What the sender of messages needs of its association. */
export interface Outgoing {
  readonly channel: PduChannel;
  /** The longest fragment, in bytes. */
  readonly fragment: number;
  /** Rejects when the association has ended. */
  readonly over: Promise<never>;
  /** Ends the association: half a data set cannot be taken back. What ended it is the reason that is told. */
  breakOff(reason: unknown): Promise<void>;
}

/** Sends messages one after the other, whoever sends them: their fragments do not mix (PS3.8 section E.1). */
export class OutgoingMessages {
  readonly #outgoing: Outgoing;
  #last: Promise<unknown> = Promise.resolve();

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  /** Resolves when all that is on its way is gone. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Resolves when the message has been handed to the live connection. @throws what the association ended with */
  message(
    contextId: number,
    command: Buffer,
    dataSet?: AsyncIterable<Buffer> | Iterable<Buffer>,
  ): Promise<void> {
    const sent = this.#last.then(() => this.#whole(contextId, command, dataSet));
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  /** Sends bytes that are no message. */
  async bytes(bytes: Buffer): Promise<void> {
    if (await this.#outgoing.channel.send(bytes)) return;
    // Why, is known once what the peer sent last has been read.
    await this.#outgoing.over;
  }

  async #whole(
    contextId: number,
    command: Buffer,
    dataSet: AsyncIterable<Buffer> | Iterable<Buffer> | undefined,
  ): Promise<void> {
    const { fragment, breakOff } = this.#outgoing;
    await this.bytes(encodeCommandPdus(contextId, command, fragment));
    if (!dataSet) return;
    try {
      await sendDataSet(contextId, fragment, dataSet, (pdu) => this.bytes(pdu));
    } catch (error) {
      await breakOff(error);
      throw error;
    }
  }
}
