import { isAeTitle } from '../ae-title.ts';
import type { CommandSet } from '../association/command-set.ts';
import {
  commandFields,
  echoResponse,
  statuses,
  storeResponse,
  unrecognizedOperation,
} from '../association/dimse.ts';
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
import { ObjectIntake } from './object-intake.ts';

/** Refused: out of resources (PS3.4 section B.2.3). */
const outOfResources = 0xa700;

/** Answers the requests of an accepted association, one at a time. */
export class Answers implements MessageHandler {
  readonly #channel: PduChannel;
  readonly #association: AssociationInfo;
  readonly #handlers: DoorHandlers;
  readonly #limits: Limits;
  readonly #onAnswered: () => void;
  readonly #contexts: ReadonlyMap<number, AcceptedContext>;
  readonly #fragment: number;
  #owed: Promise<void> | undefined;
  #owing: AbortController | undefined;
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
  }

  /** The answer under way; undefined when none is owed. Never rejects. */
  get owed(): Promise<void> | undefined {
    return this.#owed;
  }

  isAccepted(contextId: number): boolean {
    return this.#contexts.has(contextId);
  }

  /** Whoever works on an answer learns that nobody waits for it. */
  peerGone(reason: string): void {
    this.#gone ??= new Error(reason);
    this.#owing?.abort(this.#gone);
  }

  failed(error: unknown): void {
    this.#handlers.failed?.(error, this.#association);
  }

  async command(command: CommandSet, contextId: number): Promise<DataSetTarget | undefined> {
    // A second message in the PDU of the first waits for its turn.
    if (this.#owed) await this.#owed;
    const field = command.commandField;
    if ((field & commandFields.response) !== 0) {
      throw unexpectedParameter('a response where only requests have a place', 'PS3.7 section 9.3');
    }
    const respond = await this.#handle(command, this.#contexts.get(contextId)!);
    if (typeof respond === 'object') return respond;
    const answer = () => this.#send(contextId, respond?.());
    if (!command.hasDataSet) {
      this.#owe(answer);
      return undefined;
    }
    return new Ignored(this.#limits, () => this.#owe(answer));
  }

  /** What to answer; nothing for C-CANCEL; for an image that is wanted, where it goes. */
  async #handle(
    command: CommandSet,
    context: AcceptedContext,
  ): Promise<(() => Buffer) | DataSetTarget | undefined> {
    const { commandField: field, messageId, affectedSopClassUid, affectedSopInstanceUid } = command;
    // Nothing of ours can be cancelled, and a C-CANCEL has no response (PS3.7 section 9.3.2.3).
    if (field === commandFields.cancelRequest) return undefined;
    if (messageId === undefined) {
      throw invalidParameter('a request without (0000,0110) Message ID', 'PS3.7 section 9.3');
    }
    const shown = printable(command);
    const isOfContext = affectedSopClassUid === context.abstractSyntax;
    if (field === commandFields.echoRequest) {
      const isFit = isOfContext && affectedSopClassUid === verification;
      return () => echoResponse(shown, isFit ? statuses.Success : statuses.SopClassNotSupported);
    }
    if (field !== commandFields.storeRequest) return () => unrecognizedOperation(shown);

    const refuse = (status: number) => () => storeResponse(shown, status);
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

/** Lets a data set pass that nobody wants. */
class Ignored implements DataSetTarget {
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

/** Sends nothing back that is no UID. */
function printable(command: CommandSet): CommandSet {
  const { affectedSopClassUid, affectedSopInstanceUid, ...others } = command;
  return {
    ...others,
    ...(affectedSopClassUid && isUid(affectedSopClassUid) && { affectedSopClassUid }),
    ...(affectedSopInstanceUid && isUid(affectedSopInstanceUid) && { affectedSopInstanceUid }),
  };
}

/** What a C-STORE-RQ that follows a C-MOVE says of it, where it can be said again (PS3.7 section 9.1.1.1). */
function moveOriginator({
  moveOriginatorAeTitle: title,
  moveOriginatorMessageId,
}: CommandSet): Partial<StoreCommand> {
  if (title === undefined || !isAeTitle(title) || moveOriginatorMessageId === undefined) return {};
  return { moveOriginatorApplicationEntityTitle: title, moveOriginatorMessageId };
}
