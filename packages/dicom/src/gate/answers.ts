import type { CommandSet } from '../association/command-set.ts';
import { serviceOf } from '../association/command-fields.ts';
import { commandFields, echoResponse, statuses, storeResponse } from '../association/dimse.ts';
import { isUid } from '../association/items.ts';
import type { Limits } from '../association/limits.ts';
import type { DataSetTarget, MessageHandler } from '../association/message-intake.ts';
import type { PduChannel } from '../association/pdu-channel.ts';
import { encodeCommandPdus, fragmentLength } from '../association/pdu-encoder.ts';
import { verification } from '../association/pdu.ts';
import {
  cutOff,
  invalidParameter,
  ProtocolError,
  unexpectedParameter,
} from '../association/protocol-error.ts';
import type {
  AcceptedContext,
  AssociationInfo,
  DoorHandlers,
  ObjectReceiver,
  StoreCommand,
} from './door.ts';
import { hasService } from '../sop-classes.ts';
import { Ignored } from './ignored.ts';
import { judgeCommand, statusResponse } from './judge-command.ts';
import { ObjectIntake } from './object-intake.ts';
import { OperationUnderWay } from './operation-under-way.ts';
import { moveOriginator, printable } from './repeatable.ts';
import { ReportsToPeer, type ReportToPeer } from './reports-to-peer.ts';

/** Refused: out of resources (PS3.4 section B.2.3). */
const outOfResources = 0xa700;

/** The response to a request, nothing for what answers later; or where its data set goes. */
type Handling = (() => Buffer | undefined) | DataSetTarget;

/** Answers the requests of an accepted association, one at a time. */
export class Answers implements MessageHandler {
  readonly #channel: PduChannel;
  readonly #association: AssociationInfo;
  readonly #handlers: DoorHandlers;
  readonly #limits: Limits;
  readonly #onAnswered: () => void;
  readonly #contexts: ReadonlyMap<number, AcceptedContext>;
  readonly #fragment: number;
  readonly #reports: ReportsToPeer;
  #owed: Promise<void> | undefined;
  #owing: AbortController | undefined;
  #operation: OperationUnderWay | undefined;
  #gone: Error | undefined;

  /** @param onAnswered called each time nothing is owed any more */
  constructor(
    channel: PduChannel,
    association: AssociationInfo,
    handlers: DoorHandlers,
    limits: Limits,
    onAnswered: () => void,
  ) {
    this.#channel = channel;
    this.#association = association;
    this.#handlers = handlers;
    this.#limits = limits;
    this.#onAnswered = onAnswered;
    this.#contexts = new Map(association.contexts.map((context) => [context.id, context]));
    this.#fragment = fragmentLength(association.peerMaximumLength, limits.sentPduLength);
    this.#reports = new ReportsToPeer(channel, this.#fragment);
  }

  /** The answer under way; undefined when none is owed. Never rejects. */
  get owed(): Promise<void> | undefined {
    return this.#owed;
  }

  /** Whether the answer under way is one that the peer may cancel, or is asked something for. */
  get isListening(): boolean {
    return this.#operation !== undefined;
  }

  isAccepted(contextId: number): boolean {
    return this.#contexts.has(contextId);
  }

  /** Whoever works on an answer learns that nobody waits for it. */
  peerGone(reason: string): void {
    this.#gone ??= new Error(reason);
    this.#owing?.abort(this.#gone);
    this.#reports.gone();
  }

  /**
   * Sends an N-EVENT-REPORT once nothing is owed.
   * @returns the peer's status; undefined when it is gone, or takes no such report on this association
   */
  async report(report: ReportToPeer): Promise<number | undefined> {
    while (this.#owed) await this.#owed;
    const context = [...this.#contexts.values()].find(
      ({ abstractSyntax, transferSyntax, peerRole }) =>
        abstractSyntax === report.sopClassUid &&
        (report.dataSets?.has(transferSyntax) ?? true) &&
        peerRole?.scu !== false,
    );
    return context && !this.#gone ? this.#reports.send(context, report) : undefined;
  }

  failed(error: unknown): void {
    this.#handlers.failed?.(error, this.#association);
  }

  async command(command: CommandSet, contextId: number): Promise<DataSetTarget | undefined> {
    const field = command.commandField;
    if (field === commandFields.cancelRequest) return this.#cancel(command);
    if ((field & commandFields.response) !== 0) {
      if (this.#operation?.take(command)) return undefined;
      if (this.#reports.take(command)) {
        if (!this.#owed) this.#onAnswered();
        return undefined;
      }
      throw unexpectedParameter('a response where only requests have a place', 'PS3.7 section 9.3');
    }
    // A second message waits for its turn.
    if (this.#owed) await this.#owed;
    const handling = await this.#handle(command, this.#contexts.get(contextId)!);
    if (typeof handling === 'object') return handling;
    const begin = () => {
      const response = handling();
      if (response) this.#owe(() => this.#send(contextId, response));
    };
    if (command.hasDataSet) return new Ignored(this.#limits, begin);
    begin();
    return undefined;
  }

  /** A C-CANCEL has no response, also when there is nothing to cancel (PS3.7 section 9.3.2.3). */
  #cancel(command: CommandSet): undefined {
    if (command.hasDataSet) {
      throw unexpectedParameter('a C-CANCEL-RQ with a data set', 'PS3.7 section 9.3.2.3');
    }
    if (this.#operation) this.#operation.cancel(command.messageIdBeingRespondedTo);
    else if (!this.#owed) this.#onAnswered();
  }

  /** What to answer, or to begin; for a data set that is wanted, where it goes. */
  async #handle(command: CommandSet, context: AcceptedContext): Promise<Handling> {
    const { commandField: field, messageId, affectedSopClassUid, affectedSopInstanceUid } = command;
    if (messageId === undefined) {
      throw invalidParameter('a request without (0000,0110) Message ID', 'PS3.7 section 9.3');
    }
    const shown = printable(command);
    const isOfContext = affectedSopClassUid === context.abstractSyntax;
    if (field === commandFields.echoRequest) {
      const isFit = isOfContext && affectedSopClassUid === verification;
      return () => echoResponse(shown, isFit ? statuses.Success : statuses.SopClassNotSupported);
    }
    if (field !== commandFields.storeRequest) return this.#operate(command, messageId, context);
    if (!hasService(context.abstractSyntax, 'C-STORE') && isOfContext) {
      return () => statusResponse(command, statuses.UnrecognizedOperation);
    }

    const refuse = (status: number) => () => storeResponse(shown, status);
    // Only its other role was accepted.
    if (context.peerRole?.scu === false) return refuse(statuses.NotAuthorized);
    if (!isOfContext || affectedSopClassUid === verification)
      return refuse(statuses.SopClassNotSupported);
    if (!affectedSopInstanceUid || !isUid(affectedSopInstanceUid)) {
      return refuse(statuses.InvalidObjectInstance);
    }
    if (!command.hasDataSet) return refuse(statuses.MistypedArgument);
    const store: StoreCommand = {
      messageId,
      affectedSopClassUid,
      affectedSopInstanceUid,
      priority: command.priority ?? 0,
      ...moveOriginator(command),
      transferSyntaxUid: context.transferSyntax,
      contextId: context.id,
    };
    try {
      const receiver = await this.#handlers.store(store, this.#association);
      return this.#objectIntake(receiver, command, context.id);
    } catch (error) {
      this.failed(error);
      return refuse(statuses.ProcessingFailure);
    }
  }

  /** Any other operation: refused, or begun once its data set, if it has one, is here. */
  async #operate(
    command: CommandSet,
    messageId: number,
    context: AcceptedContext,
  ): Promise<Handling> {
    const { id: contextId, abstractSyntax, transferSyntax: transferSyntaxUid } = context;
    const service = serviceOf(command.commandField);
    const refuse = (status: number) => () => statusResponse(command, status);
    if (!service || !this.#handlers.operation) return refuse(statuses.UnrecognizedOperation);
    const status = judgeCommand(service, command, abstractSyntax);
    if (status !== undefined) return refuse(status);
    const request = { service, messageId, command, contextId, abstractSyntax, transferSyntaxUid };
    const receiver = await this.#orFailed(
      (async () => this.#handlers.operation?.(request, this.#association))(),
    );
    if (!receiver) return refuse(statuses.ProcessingFailure);
    const begin = (): undefined => {
      const operation = new OperationUnderWay(request, receiver, {
        channel: this.#channel,
        limits: this.#limits,
        fragment: this.#fragment,
        contexts: this.#contexts,
        failed: (error) => this.failed(error),
      });
      this.#owe(async (signal) => {
        this.#operation = operation;
        await operation.run(signal);
        this.#operation = undefined;
      });
    };
    if (!command.hasDataSet) return begin;
    const limits = { ...this.#limits, objectSize: this.#limits.smallDataSetSize };
    return new ObjectIntake(receiver, limits, {
      whole: begin,
      tooLarge: async () => {
        await this.#send(contextId, statusResponse(command, outOfResources));
        throw cutOff(`a data set of more than ${limits.objectSize} bytes`);
      },
    });
  }

  #objectIntake(receiver: ObjectReceiver, command: CommandSet, contextId: number): DataSetTarget {
    const answer = (signal: AbortSignal) => this.#answerStore(receiver, command, contextId, signal);
    return new ObjectIntake(receiver, this.#limits, {
      whole: () => this.#owe(answer),
      tooLarge: async () => {
        await this.#send(contextId, storeResponse(command, outOfResources, 'object too large'));
        throw cutOff(`an object of more than ${this.#limits.objectSize} bytes`);
      },
    });
  }

  async #answerStore(
    receiver: ObjectReceiver,
    command: CommandSet,
    contextId: number,
    signal: AbortSignal,
  ): Promise<void> {
    const reply = await this.#orFailed(receiver.end(signal));
    const { status, errorComment, abort } = reply ?? { status: statuses.ProcessingFailure };
    let isSent = !signal.aborted;
    if (isSent && abort) {
      this.#channel.interrupt(new ProtocolError(abort, 'the answer to an image is to abort'));
    } else if (isSent) {
      isSent = await this.#send(contextId, storeResponse(command, status, errorComment));
    }
    await this.#orFailed((async () => reply?.told?.(isSent ? 'sent' : 'peer gone'))());
  }

  /** Begins an answer. Meanwhile the peer may take its time. */
  #owe(answer: (signal: AbortSignal) => Promise<unknown>): void {
    const owing = new AbortController();
    if (this.#gone) owing.abort(this.#gone);
    this.#owing = owing;
    this.#channel.patience.forEver();
    this.#owed = this.#orFailed(answer(owing.signal)).then(() => {
      this.#owed = undefined;
      this.#owing = undefined;
      this.#onAnswered();
    });
  }

  async #send(contextId: number, response: Buffer | undefined): Promise<boolean> {
    if (!response) return true;
    return this.#channel.send(encodeCommandPdus(contextId, response, this.#fragment));
  }

  async #orFailed<T>(promise: Promise<T>): Promise<T | undefined> {
    try {
      return await promise;
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }
}
