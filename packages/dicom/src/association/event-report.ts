import { responseBit } from './command-fields.ts';
import { encodeCommand, type CommandSet } from './command-set.ts';
import { gatherDataSet } from './gather-data-set.ts';
import type { DataSetTarget } from './message-intake.ts';
import { unexpectedParameter } from './protocol-error.ts';
import type { UsableContext } from './usable-contexts.ts';

/** What a peer reports by itself: an N-EVENT-REPORT-RQ (PS3.7 section 10.1.1). */
export interface EventReport {
  readonly command: CommandSet;
  readonly dataSet?: Buffer;
  /** Of the data set. */
  readonly transferSyntaxUid: string;
}

/** Takes an event report. @returns the status that the peer is answered; a throw answers 0110 */
export type EventReportTaker = (report: EventReport) => number | Promise<number>;

/**
 * Takes an N-EVENT-REPORT-RQ, which may come at any time, and answers it.
 * @param most bytes of its data set
 * @param send sends the answer; nobody waits for it, for something of ours may be on its way before
 * @throws ProtocolError when it cannot be answered
 */
export async function takeEventReport(
  command: CommandSet,
  { id, transferSyntax }: UsableContext,
  take: EventReportTaker,
  most: number,
  send: (contextId: number, command: Buffer) => Promise<void>,
): Promise<DataSetTarget | undefined> {
  const { messageId, affectedSopClassUid, affectedSopInstanceUid, eventTypeId } = command;
  if (messageId === undefined || !affectedSopClassUid || eventTypeId === undefined) {
    throw unexpectedParameter('an N-EVENT-REPORT-RQ that lacks something', 'PS3.7 section 10.3.1');
  }
  const answer = async (dataSet?: Buffer) => {
    const report = { command, transferSyntaxUid: transferSyntax, ...(dataSet && { dataSet }) };
    const status = await (async () => take(report))().catch(() => 0x0110);
    const response = encodeCommand({
      commandField: command.commandField | responseBit,
      hasDataSet: false,
      messageIdBeingRespondedTo: messageId,
      affectedSopClassUid,
      ...(affectedSopInstanceUid && { affectedSopInstanceUid }),
      eventTypeId,
      status,
    });
    void send(id, response).catch(() => undefined); // The association has ended, which others are told.
  };
  if (command.hasDataSet) return gatherDataSet(most, answer);
  await answer();
  return undefined;
}
