import { createRequire } from 'node:module';
import dimse from 'dcmjs-dimse';
import { encodeCommandSet, type CommandSet } from './command-set.ts';

// Both libraries write values of data elements to the console when they doubt them.
silence(dimse.log);
// By require: the copy of dcmjs that dcmjs-dimse itself uses is not the one an import gives.
silence((createRequire(import.meta.url)('dcmjs') as { log: Logger }).log);

/** The DIMSE commands we know, by their Command Field (PS3.7 table E.1-1); a response has the high bit set. */
export const commandFields = {
  storeRequest: 0x0001,
  echoRequest: 0x0030,
  eventReportRequest: 0x0100,
  cancelRequest: 0x0fff,
  response: 0x8000,
} as const;

/** Statuses by their name in the standard (PS3.7 annex C). */
export const statuses: typeof dimse.constants.Status = dimse.constants.Status;

/** The response to a C-STORE-RQ (PS3.7 section 9.3.1.2). */
export function storeResponse(request: CommandSet, status: number, errorComment = ''): Buffer {
  return respond(new dimse.responses.CStoreResponse(status, errorComment), request);
}

/** The response to a C-ECHO-RQ (PS3.7 section 9.3.5.2). */
export function echoResponse(request: CommandSet, status: number): Buffer {
  return respond(new dimse.responses.CEchoResponse(status, ''), request);
}

/** A C-ECHO-RQ (PS3.7 section 9.3.5.1). */
export function echoRequest(messageId: number): Buffer {
  const request = new dimse.requests.CEchoRequest();
  request.setMessageId(messageId);
  return encode(request);
}

/** What a C-STORE-RQ of ours says. */
export interface StoreRequest {
  readonly messageId: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** 0 medium (the default), 1 high, 2 low. */
  readonly priority?: number;
  /** Who asked, by C-MOVE, for this to be sent. */
  readonly moveOriginator?: { readonly aeTitle: string; readonly messageId: number };
}

/** A C-STORE-RQ whose data set follows (PS3.7 section 9.3.1.1). */
export function storeRequest(store: StoreRequest): Buffer {
  const identity = { SOPClassUID: store.sopClassUid, SOPInstanceUID: store.sopInstanceUid };
  const request = new dimse.requests.CStoreRequest(new dimse.Dataset(identity));
  request.setMessageId(store.messageId);
  const { priority, moveOriginator } = store;
  return encode(request, {
    ...(priority === undefined ? {} : { Priority: priority }),
    MoveOriginatorApplicationEntityTitle: moveOriginator?.aeTitle,
    MoveOriginatorMessageID: moveOriginator?.messageId,
  });
}

function respond(
  response: InstanceType<typeof dimse.responses.CEchoResponse>,
  request: CommandSet,
): Buffer {
  response.setAffectedSopClassUid(request.affectedSopClassUid ?? '');
  if (request.affectedSopInstanceUid) {
    response.setAffectedSopInstanceUid(request.affectedSopInstanceUid);
  }
  response.setMessageIdBeingRespondedTo(request.messageId ?? 0);
  return encode(response);
}

function encode(
  command: { getCommandDataset(): { getElements(): Record<string, unknown> } },
  more: Record<string, unknown> = {},
): Buffer {
  return encodeCommandSet({ ...command.getCommandDataset().getElements(), ...more });
}

interface Logger {
  setLevel(level: 'silent', persist?: boolean): void;
  getLoggers?(): Record<string, Logger>;
}

function silence(logger: Logger): void {
  logger.setLevel('silent', false);
  for (const named of Object.values(logger.getLoggers?.() ?? {})) named.setLevel('silent', false);
}
