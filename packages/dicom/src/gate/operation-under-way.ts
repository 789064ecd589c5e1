import { setImmediate } from 'node:timers/promises';
import { responseBit } from '../association/command-fields.ts';
import { encodeCommand, type CommandSet } from '../association/command-set.ts';
import { statuses, storeRequest } from '../association/dimse.ts';
import { isPending } from '../dimse-status.ts';
import type { Limits } from '../association/limits.ts';
import type { PduChannel } from '../association/pdu-channel.ts';
import { encodeCommandPdus } from '../association/pdu-encoder.ts';
import { cutOff, ProtocolError } from '../association/protocol-error.ts';
import { sendDataSet } from '../association/send-data-set.ts';
import type { AcceptedContext } from './door.ts';
import {
  type ObjectToStore,
  type OperationReceiver,
  type OperationReply,
  type OperationRequest,
} from './operation.ts';

type Response = Extract<OperationReply, { kind: 'response' }>;

/** What an operation needs of its association. */
export interface OperationSurroundings {
  readonly channel: PduChannel;
  readonly limits: Limits;
  /** The longest fragment, in bytes. */
  readonly fragment: number;
  readonly contexts: ReadonlyMap<number, AcceptedContext>;
  failed(error: unknown): void;
}

/** An operation between its request and its last response. The peer may cancel it, and is sent objects by a C-GET. */
export class OperationUnderWay {
  readonly #request: OperationRequest;
  readonly #receiver: OperationReceiver;
  readonly #association: OperationSurroundings;
  readonly #cancelling = new AbortController();
  #subOperations = 0;
  #awaited: { readonly messageId: number; resolve(status: number): void } | undefined;

  constructor(
    request: OperationRequest,
    receiver: OperationReceiver,
    association: OperationSurroundings,
  ) {
    this.#request = request;
    this.#receiver = receiver;
    this.#association = association;
  }

  /** The peer wants no more answers to a message of its own; nothing happens when it is not this one. */
  cancel(messageId: number | undefined): void {
    if (messageId === this.#request.messageId) this.#cancelling.abort();
    this.#wait();
  }

  /** Takes the peer's response to a sub-operation; false when that is not what it is. */
  take(response: CommandSet): boolean {
    const awaited = this.#awaited;
    if (
      !awaited ||
      response.hasDataSet ||
      response.messageIdBeingRespondedTo !== awaited.messageId
    ) {
      return false;
    }
    this.#awaited = undefined;
    this.#wait();
    awaited.resolve(response.status ?? statuses.ProcessingFailure);
    return true;
  }

  /** Sends the answers; resolves when the last one is sent, or the peer is gone. Never rejects. */
  async run(gone: AbortSignal): Promise<void> {
    const { failed } = this.#association;
    let isAnswered = false;
    try {
      const wishes = { gone, cancelled: this.#cancelling.signal };
      for await (const reply of this.#receiver.answers(wishes)) {
        await this.#give(reply, gone);
        if (gone.aborted) return; // Whoever answers without looking is ended at his next answer.
        isAnswered ||=
          reply.kind !== 'store' &&
          !(reply.kind === 'response' && isPending(reply.elements.status));
        await setImmediate(); // A cancel that has come is read before the next answer is asked for.
      }
    } catch (error) {
      failed(error);
    }
    if (isAnswered || gone.aborted) return;
    await this.#respond(
      { kind: 'response', elements: { status: statuses.ProcessingFailure } },
      gone,
    );
  }

  async #give(reply: OperationReply, gone: AbortSignal): Promise<void> {
    if (reply.kind === 'store') return reply.stored(await this.#store(reply.object, gone));
    if (reply.kind === 'abort') {
      const why = 'the answer to an operation is to abort';
      if (!gone.aborted) this.#association.channel.interrupt(new ProtocolError(reply.abort, why));
      return reply.told?.(gone.aborted ? 'peer gone' : 'sent');
    }
    const isSent = await this.#respond(reply, gone);
    reply.told?.(isSent ? 'sent' : 'peer gone');
  }

  async #respond({ elements, dataSet }: Response, gone: AbortSignal): Promise<boolean> {
    const { command, contextId, messageId } = this.#request;
    const bytes = encodeCommand({
      affectedSopClassUid: command.affectedSopClassUid ?? command.requestedSopClassUid ?? '',
      ...elements,
      commandField: command.commandField | responseBit,
      messageIdBeingRespondedTo: messageId,
      hasDataSet: dataSet !== undefined,
    });
    return !gone.aborted && this.#send(contextId, bytes, dataSet);
  }

  /** C-STORE to the peer, whose role as SCP was negotiated (PS3.7 section D.3.3.4). */
  async #store(
    object: ObjectToStore,
    gone: AbortSignal,
  ): Promise<number | 'no context' | 'peer gone'> {
    const context = [...this.#association.contexts.values()].find(
      ({ abstractSyntax, transferSyntax, peerRole }) =>
        peerRole?.scp &&
        abstractSyntax === object.sopClassUid &&
        transferSyntax === object.transferSyntaxUid,
    );
    if (!context) return 'no context';
    const messageId = (this.#subOperations % 0xffff) + 1;
    this.#subOperations += 1;
    const answered = Promise.withResolvers<number | 'peer gone'>();
    const onGone = () => answered.resolve('peer gone');
    gone.addEventListener('abort', onGone, { once: true });
    try {
      this.#awaited = { messageId, resolve: answered.resolve };
      const command = storeRequest({ ...object, messageId });
      if (gone.aborted || !(await this.#send(context.id, command, object.dataSet)))
        return 'peer gone';
      this.#wait();
      return await answered.promise;
    } finally {
      this.#awaited = undefined;
      gone.removeEventListener('abort', onGone);
    }
  }

  /** True when all of it was handed to the live connection. */
  async #send(
    contextId: number,
    command: Buffer,
    dataSet?: AsyncIterable<Buffer>,
  ): Promise<boolean> {
    const { channel, fragment } = this.#association;
    if (!(await channel.send(encodeCommandPdus(contextId, command, fragment)))) return false;
    if (!dataSet) return true;
    try {
      await sendDataSet(contextId, fragment, dataSet, async (pdu) => {
        if (!(await channel.send(pdu))) throw new PeerGone();
      });
      return true;
    } catch (error) {
      if (error instanceof PeerGone) return false;
      // Half a data set cannot be taken back.
      channel.interrupt(cutOff('a data set could not be read to its end'));
      throw error;
    }
  }

  /** The peer may take its time, unless it owes the response to a sub-operation. */
  #wait(): void {
    const { channel, limits } = this.#association;
    if (!this.#awaited) return channel.patience.forEver();
    channel.patience.atMost(
      limits.idle,
      `no response to a sub-operation within ${limits.idle / 1000} s`,
    );
  }
}

class PeerGone extends Error {}
