import { dicomApplicationContext, pduTypes, type PduName } from './pdu.ts';
import type {
  AbortCause,
  NegotiatedContext,
  ProposedContext,
  Rejection,
  UserInformation,
} from './pdu.ts';

/** What an A-ASSOCIATE PDU of ours says. Titles are text; they are padded with spaces to 16 bytes. */
interface AssociateContent<Context> {
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly contexts: readonly Context[];
  readonly user: Partial<UserInformation> & {
    readonly maximumLength: number;
    readonly implementationClassUid: string;
  };
}

/** A-ASSOCIATE-RQ (PS3.8 section 9.3.2). */
export function encodeAssociateRequest(content: AssociateContent<ProposedContext>): Buffer {
  const contexts = content.contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    item(0x20, [
      Buffer.of(id, 0, 0, 0),
      uidItem(0x30, abstractSyntax),
      ...transferSyntaxes.map((uid) => uidItem(0x40, uid)),
    ]),
  );
  return associate('A-ASSOCIATE-RQ', content, contexts);
}

/**
 * A-ASSOCIATE-AC (PS3.8 section 9.3.3): a context for every one proposed, in the order and with the ids proposed.
 */
export function encodeAssociateAccept(content: AssociateContent<NegotiatedContext>): Buffer {
  const contexts = content.contexts.map(({ id, result, transferSyntax }) =>
    // One transfer syntax sub-item in every case; not significant unless accepted (PS3.8 section 9.3.3.2).
    item(0x21, [Buffer.of(id, 0, result, 0), uidItem(0x40, transferSyntax ?? '1.2.840.10008.1.2')]),
  );
  return associate('A-ASSOCIATE-AC', content, contexts);
}

/** A-ASSOCIATE-RJ (PS3.8 section 9.3.4). */
export function encodeReject({ result, source, reason }: Rejection): Buffer {
  return pdu('A-ASSOCIATE-RJ', [Buffer.of(0, result, source, reason)]);
}

/** A-RELEASE-RQ or -RP (PS3.8 sections 9.3.6 and 9.3.7). */
export function encodeRelease(name: 'A-RELEASE-RQ' | 'A-RELEASE-RP'): Buffer {
  return pdu(name, [Buffer.alloc(4)]);
}

/** A-ABORT (PS3.8 section 9.3.8). */
export function encodeAbort({ source, reason }: AbortCause): Buffer {
  return pdu('A-ABORT', [Buffer.of(0, 0, source, reason)]);
}

/** Room in front of a fragment for the headers that `writeDataHeader` writes. */
export const dataHeaderLength = 12;

/**
 * Writes the headers of a P-DATA-TF with one presentation data value (PS3.8 section 9.3.5) before a fragment.
 * @param length of the fragment
 */
export function writeDataHeader(
  target: Buffer,
  contextId: number,
  part: 'command' | 'data set',
  position: 'last' | 'more follow',
  length: number,
): void {
  target.writeUInt16BE(pduTypes['P-DATA-TF'] << 8, 0);
  target.writeUInt32BE(length + 6, 2);
  target.writeUInt32BE(length + 2, 6);
  target[10] = contextId;
  target[11] = (part === 'command' ? 1 : 0) | (position === 'last' ? 2 : 0);
}

/** The longest fragment, of even length, in a P-DATA-TF for a peer that announced this maximum length (0 for any). */
export function fragmentLength(peerMaximumLength: number, sentPduLength: number): number {
  const longest =
    peerMaximumLength === 0 ? sentPduLength : Math.min(peerMaximumLength, sentPduLength);
  return (longest - 6) & ~1;
}

/** The P-DATA-TFs of a command set, one after the other. */
export function encodeCommandPdus(contextId: number, command: Buffer, fragment: number): Buffer {
  const pdus: Buffer[] = [];
  for (let at = 0; at < command.length; at += fragment) {
    const part = command.subarray(at, at + fragment);
    const head = Buffer.alloc(dataHeaderLength);
    const position = at + fragment < command.length ? 'more follow' : 'last';
    writeDataHeader(head, contextId, 'command', position, part.length);
    pdus.push(head, part);
  }
  return Buffer.concat(pdus);
}

function associate(
  name: PduName,
  { calledAeTitle, callingAeTitle, user }: AssociateContent<unknown>,
  contexts: readonly Buffer[],
): Buffer {
  const fixed = Buffer.alloc(68);
  fixed.writeUInt16BE(1, 0); // Protocol version 1: bit 0.
  fixed.write(calledAeTitle.padEnd(16), 4, 16, 'latin1');
  fixed.write(callingAeTitle.padEnd(16), 20, 16, 'latin1');
  return pdu(name, [fixed, uidItem(0x10, dicomApplicationContext), ...contexts, userItem(user)]);
}

function userItem(user: AssociateContent<unknown>['user']): Buffer {
  const maximumLength = Buffer.alloc(4);
  maximumLength.writeUInt32BE(user.maximumLength);
  const parts = [item(0x51, [maximumLength]), uidItem(0x52, user.implementationClassUid)];
  if (user.operationsWindow) {
    const window = Buffer.alloc(4);
    window.writeUInt16BE(user.operationsWindow.invoked, 0);
    window.writeUInt16BE(user.operationsWindow.performed, 2);
    parts.push(item(0x53, [window]));
  }
  for (const { sopClassUid, scu, scp } of user.roles ?? []) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(sopClassUid.length);
    const roles = Buffer.of(scu ? 1 : 0, scp ? 1 : 0);
    parts.push(item(0x54, [length, Buffer.from(sopClassUid, 'latin1'), roles]));
  }
  if (user.implementationVersionName) parts.push(uidItem(0x55, user.implementationVersionName));
  if (user.userIdentity) {
    const { type, isResponseRequested, primary, secondary } = user.userIdentity;
    const kind = Buffer.of(type, isResponseRequested ? 1 : 0);
    parts.push(item(0x58, [kind, lengthBefore(primary), lengthBefore(secondary)]));
  }
  if (user.userIdentityResponse) {
    parts.push(item(0x59, [lengthBefore(user.userIdentityResponse)]));
  }
  return item(0x50, parts);
}

/** An item whose value is text of single bytes; UIDs are not padded here (PS3.8 annex F). */
function uidItem(type: number, text: string): Buffer {
  return item(type, [Buffer.from(text, 'latin1')]);
}

function lengthBefore(value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(value.length >> 8, value.length & 0xff), value]);
}

function item(type: number, parts: readonly Buffer[]): Buffer {
  const head = Buffer.of(type, 0, 0, 0);
  head.writeUInt16BE(lengthOf(parts), 2);
  return Buffer.concat([head, ...parts]);
}

function pdu(name: PduName, parts: readonly Buffer[]): Buffer {
  const head = Buffer.of(pduTypes[name], 0, 0, 0, 0, 0);
  head.writeUInt32BE(lengthOf(parts), 2);
  return Buffer.concat([head, ...parts]);
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
