import { isDone } from '../dimse-status.ts';
import {
  abortedByUs,
  cutFor,
  earlySuccess,
  endedByPeer,
  noStatus,
  releasedAlready,
} from './association-errors.ts';
import type { CommandSet } from './command-set.ts';
import type { ObjectToSend, PeerResponse } from './dimse-request.ts';
import { commandFields, echoRequest, storeRequest } from './dimse.ts';
import { takeEventReport } from './event-report.ts';
import { MessageIntake, type DataSetTarget } from './message-intake.ts';
import { OutgoingMessages } from './outgoing-messages.ts';
import type { PduChannel } from './pdu-channel.ts';
import { encodeAbort, encodeRelease, fragmentLength } from './pdu-encoder.ts';
import { verification } from './pdu.ts';
import { ProtocolError, unexpectedParameter, unexpectedPdu } from './protocol-error.ts';
import { abortInWords } from './reason-words.ts';
import type { AssociationTerms } from './request-association.ts';
import { responsesTo } from './responses-to.ts';
import {
  RequestedOperation,
  type OperationResponse,
  type OperationToRequest,
} from './requested-operation.ts';
import { actions, type State } from './state-table.ts';
import { contextFor, type UsableContext } from './usable-contexts.ts';

/**
 * An association we asked for. One operation at a time: the next waits for the one before.
 * Everything that ends it early, a late answer too, makes the operation under way and all later ones throw
 * EngineError ASSOCIATION_ABORTED or PEER_TIMEOUT, or what made us end it. End it with `release` or `abort`.
 */
export class RequestedAssociation {
  /** The contexts the peer accepted. */
  readonly contexts: readonly UsableContext[];
  /** Whom with, for texts: `PACS at 10.0.0.1:104`. */
  readonly peer: string;
  /** The longest P-DATA-TF the peer takes; 0 for any. */
  readonly peerMaximumLength: number;
  readonly #channel: PduChannel;
  /** Its software and secure connection, as far as it has them. */
  readonly agreed: Pick<AssociationTerms, 'implementation' | 'tls'>;
  readonly #terms: AssociationTerms;
  readonly #intake: MessageIntake;
  readonly #outgoing: OutgoingMessages;
  #state: State = 'Sta6';
  #turn: Promise<unknown> = Promise.resolve();
  #messageId = 0;
  #awaited: ((response: CommandSet) => void) | undefined;
  #operation: RequestedOperation | undefined;
  /** Rejects when the association is over, with the reason. */
  readonly #over = Promise.withResolvers<never>();
  readonly #released = Promise.withResolvers<void>();

  constructor(channel: PduChannel, terms: AssociationTerms) {
    this.#channel = channel;
    this.#terms = terms;
    this.contexts = terms.contexts;
    this.peer = terms.peer;
    this.peerMaximumLength = terms.peerMaximumLength;
    this.agreed = terms;
    this.#intake = new MessageIntake(terms.limits, {
      isAccepted: (id) => terms.contexts.some((context) => context.id === id),
      command: (command, contextId) => this.#receive(command, contextId),
    });
    this.#over.promise.catch(() => undefined);
    this.#outgoing = new OutgoingMessages({
      channel,
      fragment: fragmentLength(terms.peerMaximumLength, terms.limits.sentPduLength),
      over: this.#over.promise,
      breakOff: async (reason) => {
        this.#end(reason);
        await this.abort();
      },
    });
    channel.patience.forEver();
    terms.signal?.addEventListener('abort', this.#onSignal);
    void this.#listen();
  }

  /** Whether it has ended, in whatever way: nothing can be sent on it any more. */
  get isOver(): boolean {
    return this.#state === 'Sta13';
  }

  /**
   * C-ECHO.
   * @returns the status, 0 for Success
   */
  async echo(): Promise<number> {
    return this.#inTurn(async () => {
      const context = this.#context(verification);
      const { status } = await this.#request(context.id, (messageId) => echoRequest(messageId));
      return status;
    });
  }

  /**
   * C-STORE. When the data set cannot be read to its end, the association is aborted and what `dataSet` threw
   * is thrown.
   * @throws EngineError CONTEXT_NOT_ACCEPTED, and nothing was sent
   */
  async store(object: ObjectToSend): Promise<PeerResponse> {
    return this.#inTurn(async () => {
      const context = this.#context(object.sopClassUid, object.transferSyntaxUid);
      return this.#request(
        context.id,
        (messageId) => storeRequest({ ...object, messageId }),
        object.dataSet,
      );
    });
  }

  /**
   * Any other operation: its responses as they come, the last one last; nothing is read from the peer while none is
   * asked for. Whoever leaves the loop before has it cancelled, and what still comes is passed over.
   * @throws EngineError CONTEXT_NOT_ACCEPTED, and nothing was sent; ASSOCIATION_ABORTED, PEER_TIMEOUT
   */
  async *operate(request: OperationToRequest): AsyncGenerator<OperationResponse, void, void> {
    const context = this.#context(request.sopClassUid);
    const { limits, contexts } = this.#terms;
    const association = {
      limits,
      contexts,
      over: this.#over.promise,
      isOver: () => this.isOver,
      send: (contextId: number, command: Buffer, dataSet?: Buffer) =>
        this.#outgoing.message(contextId, command, dataSet && [dataSet]),
      awaitResponse: () => this.#awaitResponse(),
      giveTime: () => this.#channel.patience.forEver(),
      ended: () => {
        if (this.#operation !== operation) return;
        this.#operation = undefined;
        this.#channel.patience.forEver();
        turn.resolve();
      },
    };
    const turn = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = before.then(() => turn.promise);
    await before;
    const messageId = this.#nextMessageId();
    const operation = new RequestedOperation(request, messageId, context, association);
    this.#operation = operation;
    yield* responsesTo(operation, association);
  }

  /** A-RELEASE: ends the association in order, after what is under way. */
  async release(): Promise<void> {
    const { peer, timeouts } = this.#terms;
    await this.#inTurn(async () => {
      await this.#outgoing.settled();
      this.#state = 'Sta7';
      this.#channel.patience.atMost(
        timeouts.release,
        `no answer to the release within ${timeouts.release / 1000} s`,
      );
      await this.#outgoing.bytes(encodeRelease('A-RELEASE-RQ'));
      await this.#released.promise;
    });
    this.#end(releasedAlready(peer));
    await this.#channel.destroy();
  }

  /** A-ABORT: ends the association now. */
  async abort(): Promise<void> {
    this.#end(abortedByUs(this.#terms.peer));
    // The user of the upper layer is the source (PS3.8 section 9.3.8).
    const closed = this.#channel.close(encodeAbort({ source: 0, reason: 0 }));
    this.#channel.destroySoon();
    await closed;
  }

  readonly #onSignal = () => {
    this.#end(this.#terms.signal?.reason);
    void this.abort();
  };

  async #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => Promise.race([operation(), this.#over.promise]));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #request(
    contextId: number,
    command: (messageId: number) => Buffer,
    dataSet?: AsyncIterable<Buffer>,
  ): Promise<PeerResponse> {
    const messageId = this.#nextMessageId();
    const response = Promise.withResolvers<CommandSet>();
    let isWhole = !dataSet;
    const whole = async function* () {
      if (dataSet) yield* dataSet;
      isWhole = true; // Before its last fragment goes, so before any answer to it.
    };
    this.#awaited = (one) => {
      if (one.messageIdBeingRespondedTo !== messageId) return;
      if (!isWhole && isDone(one.status ?? 0)) throw earlySuccess();
      response.resolve(one);
    };
    try {
      await this.#outgoing.message(contextId, command(messageId), dataSet && whole());
      this.#awaitResponse();
      const { status, errorComment } = await Promise.race([response.promise, this.#over.promise]);
      if (status === undefined) return await this.#cut(noStatus());
      return { status, ...(errorComment && { errorComment }) };
    } finally {
      this.#awaited = undefined;
      this.#channel.patience.forEver();
    }
  }

  #nextMessageId(): number {
    return (this.#messageId = (this.#messageId % 0xffff) + 1);
  }

  #awaitResponse(): void {
    const { response } = this.#terms.timeouts;
    this.#channel.patience.atMost(response, `no response within ${response / 1000} s`);
  }

  #context(abstractSyntax: string, transferSyntax?: string): UsableContext {
    return contextFor(this.#terms.peer, this.contexts, abstractSyntax, transferSyntax);
  }

  async #listen(): Promise<void> {
    try {
      await this.#converse();
    } catch (error) {
      await this.#cut(error).catch(() => undefined);
    }
  }

  async #converse(): Promise<void> {
    for (;;) {
      const event = await this.#channel.next();
      if (!event) return this.#lost(this.#channel.ending);
      if (event.kind === 'header') {
        if (actions[this.#state][event.pdu] !== 'AA-8') continue;
        throw unexpectedPdu(`${event.pdu} in an association`, 'PS3.8 section 9.2.3');
      }
      if (event.kind === 'fragment') await this.#intake.take(event.fragment);
      if (event.kind === 'A-ABORT') return this.#lost(`aborted: ${abortInWords(event.cause)}`);
      if (event.kind === 'A-RELEASE-RQ') {
        await this.#channel.send(encodeRelease('A-RELEASE-RP'));
        // AR-8: both want to release, and the requester answers first (PS3.8 section 9.2.3).
        if (this.#state !== 'Sta7') return this.#lost('released the association');
        this.#state = 'Sta11';
      }
      if (event.kind === 'A-RELEASE-RP') return this.#released.resolve();
    }
  }

  async #receive(command: CommandSet, contextId: number): Promise<DataSetTarget | undefined> {
    const { eventReport, limits } = this.#terms;
    const context = this.contexts.find(({ id }) => id === contextId);
    if (command.commandField === commandFields.eventReportRequest && eventReport && context) {
      const send = (id: number, response: Buffer) => this.#outgoing.message(id, response);
      return takeEventReport(command, context, eventReport, limits.smallDataSetSize, send);
    }
    if (this.#operation) return this.#operation.receive(command, contextId);
    if ((command.commandField & commandFields.response) === 0 || command.hasDataSet) {
      throw unexpectedParameter('a message where only responses have a place', 'PS3.7 section 9.3');
    }
    // A response to nothing we asked is passed over.
    this.#awaited?.(command);
    return undefined;
  }

  /** The peer ended it. */
  #lost(how: string): Promise<void> {
    this.#end(endedByPeer(this.#terms.peer, how));
    return this.#channel.close();
  }

  /** We end it, for what the peer did or did not do. */
  async #cut(error: unknown): Promise<never> {
    const cause = error instanceof ProtocolError ? error.abort : { source: 0, reason: 0 };
    this.#end(cutFor(this.#terms.peer, error));
    void this.#channel.close(encodeAbort(cause));
    return this.#over.promise;
  }

  #end(reason: unknown): void {
    this.#state = 'Sta13';
    this.#over.reject(reason);
    this.#terms.signal?.removeEventListener('abort', this.#onSignal);
  }
}
