import { fieldOf, nameOfField, responseBit, type DimseService } from './command-fields.ts';
import { encodeCommand, type CommandElements, type CommandSet } from './command-set.ts';
import { isPending } from '../dimse-status.ts';
import { gatherDataSet } from './gather-data-set.ts';
import type { Limits } from './limits.ts';
import type { DataSetTarget } from './message-intake.ts';
import { unexpectedParameter } from './protocol-error.ts';
import type { UsableContext } from './usable-contexts.ts';

/** A request of any service but C-ECHO and C-STORE. */
export interface OperationToRequest {
  readonly service: DimseService;
  /** The SOP class of the context it goes on. */
  readonly sopClassUid: string;
  /** Its elements but Message ID and Command Field. */
  readonly elements: CommandElements;
  /** Its data set in the transfer syntax of the context. */
  dataSet?(transferSyntaxUid: string): Buffer;
  /** Of a C-GET: takes each object the peer sends for it. A throw answers the sub-operation with 0110. */
  store?(object: ObjectFromPeer): ObjectSink | Promise<ObjectSink>;
}

/** What a peer says of an object it sends. */
export interface ObjectFromPeer {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}

/** Takes the data set of an object. */
export interface ObjectSink {
  /** The slice is valid until the promise resolves. */
  write(bytes: Buffer): Promise<void>;
  /** It is whole. @returns the status that the peer is answered */
  end(): Promise<number>;
  /** It never will be. */
  discard(): Promise<void>;
}

/** A response to it. */
export interface OperationResponse {
  /** 0xFF00 and 0xFF01, Pending: others follow. */
  readonly status: number;
  readonly command: CommandSet;
  readonly dataSet?: Buffer;
  /** Of the data set. */
  readonly transferSyntaxUid: string;
}

/** What an operation needs of its association. */
export interface OperationAssociation {
  readonly limits: Limits;
  readonly contexts: readonly UsableContext[];
  /** Rejects when the association has ended. */
  readonly over: Promise<never>;
  isOver(): boolean;
  send(contextId: number, command: Buffer, dataSet?: Buffer): Promise<void>;
  /** The peer has its time anew, until it has to say something. */
  awaitResponse(): void;
  /** The peer owes nothing. */
  giveTime(): void;
  /** The next operation may begin; again it changes nothing. */
  ended(): void;
}

/** An operation we have asked for: what the peer says of it, one thing at a time. */
export class RequestedOperation {
  readonly #request: OperationToRequest;
  readonly #messageId: number;
  readonly #context: UsableContext;
  readonly #association: OperationAssociation;
  #waiting: OperationResponse | undefined;
  #arrival = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();
  #isEnded = false;

  constructor(
    request: OperationToRequest,
    messageId: number,
    context: UsableContext,
    association: OperationAssociation,
  ) {
    this.#request = request;
    this.#messageId = messageId;
    this.#context = context;
    this.#association = association;
  }

  /** Whether the last response has been taken. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sends the request. */
  async send(): Promise<void> {
    const { service, elements, dataSet } = this.#request;
    const { id, transferSyntax } = this.#context;
    const command = encodeCommand({
      ...elements,
      commandField: fieldOf(`${service}-RQ`),
      messageId: this.#messageId,
      hasDataSet: dataSet !== undefined,
    });
    await this.#association.send(id, command, dataSet?.(transferSyntax));
  }

  /** Sends the C-CANCEL-RQ for it (PS3.7 section 9.3.2.3). */
  async cancel(): Promise<void> {
    const command = encodeCommand({
      commandField: fieldOf('C-CANCEL-RQ'),
      messageIdBeingRespondedTo: this.#messageId,
      hasDataSet: false,
    });
    await this.#association.send(this.#context.id, command);
  }

  /** The next response. Nothing more is read from the peer before it is asked for. */
  async next(): Promise<OperationResponse> {
    while (!this.#waiting) await this.#arrival.promise;
    const response = this.#waiting;
    this.#waiting = undefined;
    this.#isEnded = !isPending(response.status);
    this.#taken.resolve();
    return response;
  }

  /**
   * Takes a message of the peer's that comes meanwhile.
   * @throws ProtocolError when it has no place
   */
  async receive(command: CommandSet, contextId: number): Promise<DataSetTarget | undefined> {
    this.#association.awaitResponse();
    if (nameOfField(command.commandField) === 'C-STORE-RQ' && this.#request.store) {
      return this.#takeObject(command, contextId);
    }
    if (command.commandField !== fieldOf(`${this.#request.service}-RSP`)) {
      throw unexpectedParameter('a message where only responses have a place', 'PS3.7 section 9.3');
    }
    // A response to nothing we asked is passed over.
    const isOurs = command.messageIdBeingRespondedTo === this.#messageId;
    if (command.status === undefined) {
      throw unexpectedParameter('a response without (0000,0900) Status', 'PS3.7 section 9.3');
    }
    const response = {
      status: command.status,
      command,
      transferSyntaxUid: this.#context.transferSyntax,
    };
    if (command.hasDataSet) {
      const most = this.#association.limits.smallDataSetSize;
      return gatherDataSet(most, async (dataSet) => isOurs && this.#put({ ...response, dataSet }));
    }
    if (isOurs) await this.#put(response);
    return undefined;
  }

  async #put(response: OperationResponse): Promise<void> {
    if (this.#isEnded) return;
    this.#taken = Promise.withResolvers();
    this.#waiting = response;
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
    await this.#taken.promise;
  }

  /** A sub-operation of a C-GET: the object goes to who asked, and the peer hears how it was taken. */
  async #takeObject(command: CommandSet, contextId: number): Promise<DataSetTarget> {
    const { affectedSopClassUid: sopClassUid, affectedSopInstanceUid: sopInstanceUid } = command;
    const context = this.#association.contexts.find(({ id }) => id === contextId);
    if (!command.hasDataSet || !context || !sopClassUid || !sopInstanceUid) {
      throw unexpectedParameter('a C-STORE-RQ that lacks something', 'PS3.7 section 9.3.1.1');
    }
    const object = { sopClassUid, sopInstanceUid, transferSyntaxUid: context.transferSyntax };
    const failed: ObjectSink = {
      write: async () => undefined,
      end: async () => 0x0110,
      discard: async () => undefined,
    };
    const sink = (await orUndefined(async () => this.#request.store?.(object))) ?? failed;
    let hasFailed = false;
    const answer = async () => {
      const status = hasFailed ? undefined : await orUndefined(() => sink.end());
      if (status === undefined) await sink.discard();
      await this.#association.send(
        contextId,
        encodeCommand({
          affectedSopClassUid: sopClassUid,
          affectedSopInstanceUid: sopInstanceUid,
          commandField: command.commandField | responseBit,
          messageIdBeingRespondedTo: command.messageId ?? 0,
          status: status ?? 0x0110,
          hasDataSet: false,
        }),
      );
    };
    return {
      async write(bytes) {
        if (hasFailed) return;
        await sink.write(bytes).catch(() => (hasFailed = true));
      },
      end: answer,
      discard: () => sink.discard(),
    };
  }
}

async function orUndefined<T>(make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch {
    return undefined;
  }
}
