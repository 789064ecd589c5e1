import { EngineError } from '@consort/core';
import { isDone } from '../dimse-status.ts';
import type { CommandSet } from './command-set.ts';
import type { ObjectToSend, PeerResponse, Query, QueryResponse } from './dimse-request.ts';
import { commandFields, echoRequest, findRequest, isPending, storeRequest } from './dimse.ts';
import { FoundIdentifiers } from './found-identifiers.ts';
import { MessageIntake, type DataSetTarget } from './message-intake.ts';
import type { PduChannel } from './pdu-channel.ts';
import { encodeAbort, encodeCommandPdus, encodeRelease, fragmentLength } from './pdu-encoder.ts';
import { verification } from './pdu.ts';
import {
  OutOfPatience,
  ProtocolError,
  unexpectedParameter,
  unexpectedPdu,
} from './protocol-error.ts';
import { abortInWords } from './reason-words.ts';
import type { AssociationTerms } from './request-association.ts';
import { sendDataSet } from './send-data-set.ts';
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
  readonly #terms: AssociationTerms;
  readonly #intake: MessageIntake;
  #state: State = 'Sta6';
  #turn: Promise<unknown> = Promise.resolve();
  #messageId = 0;
  #awaited: ((response: CommandSet) => DataSetTarget | undefined) | undefined;
  /** Rejects when the association is over, with the reason. */
  readonly #over = Promise.withResolvers<never>();
  readonly #released = Promise.withResolvers<void>();

  constructor(channel: PduChannel, terms: AssociationTerms) {
    this.#channel = channel;
    this.#terms = terms;
    this.contexts = terms.contexts;
    this.peer = terms.peer;
    this.peerMaximumLength = terms.peerMaximumLength;
    this.#intake = new MessageIntake(terms.limits, {
      isAccepted: (id) => terms.contexts.some((context) => context.id === id),
      command: (command) => this.#receive(command),
    });
    this.#over.promise.catch(() => undefined);
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
   * C-FIND, with all its responses (PS3.4 section C.4.1).
   * @throws EngineError CONTEXT_NOT_ACCEPTED, and nothing was sent
   */
  async find({ sopClassUid, identifier }: Query): Promise<QueryResponse> {
    return this.#inTurn(async () => {
      const { id, transferSyntax: transferSyntaxUid } = this.#context(sopClassUid);
      const found = new FoundIdentifiers();
      const response = await this.#request(
        id,
        (messageId) => findRequest({ messageId, sopClassUid }),
        (async function* () {
          yield identifier(transferSyntaxUid);
        })(),
        () => found.next(),
      );
      return { ...response, matches: found.identifiers, transferSyntaxUid };
    });
  }

  /** A-RELEASE: ends the association in order, after what is under way. */
  async release(): Promise<void> {
    const { peer, timeouts } = this.#terms;
    await this.#inTurn(async () => {
      this.#state = 'Sta7';
      this.#channel.patience.atMost(
        timeouts.release,
        `no answer to the release within ${timeouts.release / 1000} s`,
      );
      await this.#send(encodeRelease('A-RELEASE-RQ'));
      await this.#released.promise;
    });
    this.#end(
      new EngineError('ASSOCIATION_ABORTED', `the association with ${peer} is released already`),
    );
    await this.#channel.destroy();
  }

  /** A-ABORT: ends the association now. */
  async abort(): Promise<void> {
    this.#end(
      new EngineError(
        'ASSOCIATION_ABORTED',
        `the association with ${this.#terms.peer} was aborted by us`,
      ),
    );
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
    onPending?: () => DataSetTarget,
  ): Promise<PeerResponse> {
    const { limits, timeouts } = this.#terms;
    const messageId = (this.#messageId = (this.#messageId % 0xffff) + 1);
    const response = Promise.withResolvers<CommandSet>();
    let isWhole = !dataSet;
    const whole = async function* () {
      if (dataSet) yield* dataSet;
      isWhole = true; // Before its last fragment goes, so before any answer to it.
    };
    this.#awaited = (one) => {
      if (one.messageIdBeingRespondedTo !== messageId) return undefined;
      if (!isWhole && isDone(one.status ?? 0)) throw earlySuccess();
      if (onPending && isPending(one.status)) return onPending();
      if (!one.hasDataSet) response.resolve(one);
      return undefined;
    };
    const fragment = fragmentLength(this.peerMaximumLength, limits.sentPduLength);
    try {
      await this.#send(encodeCommandPdus(contextId, command(messageId), fragment));
      if (dataSet) await this.#sendAll(contextId, fragment, whole());
      this.#channel.patience.atMost(
        timeouts.response,
        `no response within ${timeouts.response / 1000} s`,
      );
      const { status, errorComment } = await Promise.race([response.promise, this.#over.promise]);
      if (status === undefined) return await this.#cut(noStatus());
      return { status, ...(errorComment && { errorComment }) };
    } finally {
      this.#awaited = undefined;
      this.#channel.patience.forEver();
    }
  }

  async #sendAll(
    contextId: number,
    fragment: number,
    dataSet: AsyncIterable<Buffer>,
  ): Promise<void> {
    try {
      await sendDataSet(contextId, fragment, dataSet, (pdu) => this.#send(pdu));
    } catch (error) {
      // Half a data set cannot be taken back; what ended it is the reason that is told.
      this.#end(error);
      await this.abort();
      throw error;
    }
  }

  async #send(bytes: Buffer): Promise<void> {
    if (await this.#channel.send(bytes)) return;
    // Why, is known once what the peer sent last has been read.
    await this.#over.promise;
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

  async #receive(command: CommandSet): Promise<DataSetTarget | undefined> {
    const isResponse = (command.commandField & commandFields.response) !== 0;
    // A response to nothing we asked is passed over.
    const target = isResponse ? this.#awaited?.(command) : undefined;
    if (isResponse && command.hasDataSet === (target !== undefined)) return target;
    throw unexpectedParameter('a message where only responses have a place', 'PS3.7 section 9.3');
  }

  /** The peer ended it. */
  #lost(how: string): Promise<void> {
    this.#end(
      new EngineError(
        'ASSOCIATION_ABORTED',
        `${this.#terms.peer} ${how} before everything was done`,
      ),
    );
    return this.#channel.close();
  }

  /** We end it, for what the peer did or did not do. */
  async #cut(error: unknown): Promise<never> {
    const { peer } = this.#terms;
    const cause = error instanceof ProtocolError ? error.abort : { source: 0, reason: 0 };
    const text = error instanceof Error ? error.message : String(error);
    this.#end(
      error instanceof OutOfPatience
        ? new EngineError('PEER_TIMEOUT', `${peer}: ${text}`)
        : new EngineError(
            'ASSOCIATION_ABORTED',
            `the association with ${peer} was aborted by us: ${text}`,
          ),
    );
    void this.#channel.close(encodeAbort(cause));
    return this.#over.promise;
  }

  #end(reason: unknown): void {
    this.#state = 'Sta13';
    this.#over.reject(reason);
    this.#terms.signal?.removeEventListener('abort', this.#onSignal);
  }
}

function noStatus(): ProtocolError {
  return unexpectedParameter('a response without (0000,0900) Status', 'PS3.7 section 9.3');
}

function earlySuccess(): ProtocolError {
  return unexpectedParameter('a Success to a data set that is not whole', 'PS3.7 section 9.3.1.2');
}
