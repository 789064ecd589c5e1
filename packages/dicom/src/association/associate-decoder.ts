import { itemsOf, uidText } from './items.ts';
import type { Limits } from './limits.ts';
import type {
  AssociateAccept,
  AssociateRequest,
  NegotiatedContext,
  ProposedContext,
  UserInformation,
} from './pdu.ts';
import { invalidParameter } from './protocol-error.ts';
import { decodeUserInformation } from './user-information.ts';

/**
 * Decodes the body of an A-ASSOCIATE-RQ (PS3.8 section 9.3.2). What is only unwelcome, like a title, is left
 * to whoever answers; what cannot be trusted to mean anything throws.
 * @throws ProtocolError
 */
export function decodeAssociateRequest(body: Buffer, limits: Limits): AssociateRequest {
  return decode(body, 0x20, limits, (value) => proposedContext(value, limits));
}

/**
 * Decodes the body of an A-ASSOCIATE-AC (PS3.8 section 9.3.3).
 * @throws ProtocolError
 */
export function decodeAssociateAccept(body: Buffer, limits: Limits): AssociateAccept {
  return decode(body, 0x21, limits, negotiatedContext);
}

function decode<Context extends { readonly id: number }>(
  body: Buffer,
  contextType: number,
  limits: Limits,
  decodeContext: (value: Buffer) => Context,
) {
  if (body.length < 68) throw invalid(`a request or response of ${body.length} bytes`);
  const applicationContexts: string[] = [];
  const contexts: Context[] = [];
  const ids = new Set<number>();
  let user: UserInformation | undefined;

  for (const { type, value } of itemsOf(body.subarray(68), 'the PDU')) {
    if (type === 0x10) {
      applicationContexts.push(uidText(value));
      if (applicationContexts.length > 2) throw invalid('more than two application contexts');
    } else if (type === contextType) {
      if (contexts.length === limits.presentationContexts) {
        throw invalid(`more than ${limits.presentationContexts} presentation contexts`);
      }
      const context = decodeContext(value);
      if (context.id % 2 === 0) throw invalid(`the even presentation context id ${context.id}`);
      if (ids.has(context.id)) throw invalid(`presentation context id ${context.id} twice`);
      ids.add(context.id);
      contexts.push(context);
    } else if (type === 0x50) {
      if (user) throw invalid('two user information items');
      user = decodeUserInformation(value, limits);
    }
    // Items of other types are to be ignored (PS3.8 section 9.3.1).
  }

  return {
    protocolVersion: body.readUInt16BE(0),
    calledAeTitle: body.toString('latin1', 4, 20),
    callingAeTitle: body.toString('latin1', 20, 36),
    applicationContexts,
    contexts,
    user: user ?? decodeUserInformation(body.subarray(body.length), limits),
  };
}

function proposedContext(value: Buffer, limits: Limits): ProposedContext {
  const most = limits.transferSyntaxesPerContext;
  const abstractSyntaxes: string[] = [];
  const transferSyntaxes: string[] = [];
  for (const item of contextItems(value)) {
    if (item.type === 0x30) abstractSyntaxes.push(uidText(item.value));
    if (item.type !== 0x40) continue;
    if (transferSyntaxes.length === most) {
      throw invalid(`more than ${most} transfer syntaxes in a presentation context`);
    }
    transferSyntaxes.push(uidText(item.value));
  }
  const [abstractSyntax, ...others] = abstractSyntaxes;
  if (abstractSyntax === undefined || others.length > 0) {
    throw invalid(`a presentation context with ${abstractSyntaxes.length} abstract syntaxes`);
  }
  return { id: value[0]!, abstractSyntax, transferSyntaxes };
}

function negotiatedContext(value: Buffer): NegotiatedContext {
  const items = contextItems(value);
  const result = value[2] ?? 0;
  const transferSyntaxes: string[] = [];
  for (const item of items) {
    if (item.type === 0x40) transferSyntaxes.push(uidText(item.value));
  }
  // The transfer syntax of a refused context is not significant (PS3.8 section 9.3.3.2).
  if (result !== 0) return { id: value[0]!, result };
  const [transferSyntax, ...others] = transferSyntaxes;
  if (transferSyntax === undefined || others.length > 0) {
    throw invalid(`an accepted context with ${transferSyntaxes.length} transfer syntaxes`);
  }
  return { id: value[0]!, result, transferSyntax };
}

function contextItems(value: Buffer) {
  if (value.length < 4) throw invalid('a presentation context item of less than 4 bytes');
  return itemsOf(value.subarray(4), 'its presentation context item');
}

function invalid(what: string) {
  return invalidParameter(what, 'PS3.8 section 9.3.2');
}
