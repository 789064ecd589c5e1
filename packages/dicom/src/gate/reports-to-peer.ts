import { fieldOf } from '../association/command-fields.ts';
import {
  encodeCommand,
  type CommandElements,
  type CommandSet,
} from '../association/command-set.ts';
import type { PduChannel } from '../association/pdu-channel.ts';
import { encodeCommandPdus } from '../association/pdu-encoder.ts';
import { sendDataSet } from '../association/send-data-set.ts';
import type { AcceptedContext } from './door.ts';

/** An N-EVENT-REPORT that we send on an association that the peer has asked for (PS3.7 section 10.1.1). */
export interface ReportToPeer {
  readonly sopClassUid: string;
  /** Of its command set, but Message ID and Command Field. */
  readonly elements: CommandElements;
  /** Its data set by transfer syntax; absent when it has none. */
  readonly dataSets?: ReadonlyMap<string, Uint8Array>;
}

/** The reports of one association. The peer may take its time; whoever asked for them sees to that. */
export class ReportsToPeer {
  readonly #channel: PduChannel;
  readonly #fragment: number;
  readonly #awaited = new Map<number, (status: number | undefined) => void>();
  #messageId = 0;

  /** @param fragment the longest fragment, in bytes */
  constructor(channel: PduChannel, fragment: number) {
    this.#channel = channel;
    this.#fragment = fragment;
  }

  /** Sends one while no other message of ours is on its way. @returns the peer's status; undefined when it is gone */
  async send(context: AcceptedContext, report: ReportToPeer): Promise<number | undefined> {
    const messageId = (this.#messageId = (this.#messageId % 0xffff) + 1);
    const dataSet = report.dataSets?.get(context.transferSyntax);
    const command = encodeCommand({
      ...report.elements,
      commandField: fieldOf('N-EVENT-REPORT-RQ'),
      messageId,
      hasDataSet: dataSet !== undefined,
    });
    const pdus = [encodeCommandPdus(context.id, command, this.#fragment)];
    if (dataSet) {
      await sendDataSet(context.id, this.#fragment, [Buffer.from(dataSet)], async (pdu) => {
        pdus.push(Buffer.from(pdu));
      });
    }
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.#awaited.set(messageId, resolve);
    // In one piece: an answer of ours that is due meanwhile comes after it (PS3.8 section E.1).
    if (!(await this.#channel.send(Buffer.concat(pdus)))) this.gone();
    return promise;
  }

  /** Takes the peer's response; false when it is to none of these. */
  take({ commandField, hasDataSet, messageIdBeingRespondedTo = 0, status }: CommandSet): boolean {
    const resolve = this.#awaited.get(messageIdBeingRespondedTo);
    if (!resolve || hasDataSet || commandField !== fieldOf('N-EVENT-REPORT-RSP')) return false;
    this.#awaited.delete(messageIdBeingRespondedTo);
    resolve(status);
    return true;
  }

  /** The association has ended. */
  gone(): void {
    for (const resolve of this.#awaited.values()) resolve(undefined);
    this.#awaited.clear();
  }
}
