import { connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { EngineError } from '@consort/core';
import { connectTls, type RequesterTls } from '../tls/connect-tls.ts';
import { tlsFailureInWords } from '../tls/tls-failure.ts';
import { tlsInfo, type TlsInfo } from '../tls/tls-info.ts';
import type { EventReportTaker } from './event-report.ts';
import { implementationClassUid, implementationVersionName } from './implementation.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { PduChannel } from './pdu-channel.ts';
import { encodeAbort, encodeAssociateRequest } from './pdu-encoder.ts';
import type { AssociateAccept, ProposedContext, Rejection, Role, UserIdentity } from './pdu.ts';
import {
  invalidParameter,
  OutOfPatience,
  ProtocolError,
  SpokeTls,
  unexpectedPdu,
} from './protocol-error.ts';
import { abortInWords, rejectionInWords } from './reason-words.ts';
import { RequestedAssociation } from './requested-association.ts';
import { actions } from './state-table.ts';
import { usableContexts, type UsableContext } from './usable-contexts.ts';

/** Which association to ask for, of whom. */
export interface AssociationRequest {
  readonly host: string;
  readonly port: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** At most 128; their ids are 1, 3, 5 and so on, in this order. */
  readonly contexts: readonly Omit<ProposedContext, 'id'>[];
  /** The roles we want where they are not the usual ones: to be SCP of what a C-GET brings (PS3.7 section D.3.3.4). */
  readonly roles?: readonly Role[];
  /** Aborts the association, whatever it does at the time. */
  /** Who the user is (PS3.7 section D.3.3.7). */
  readonly userIdentity?: UserIdentity;
  readonly signal?: AbortSignal;
  readonly timeouts?: Partial<RequestTimeouts>;
  readonly limits?: Partial<Limits>;
  /** Speaks TLS (PS3.15 section B.12). */
  readonly tls?: RequesterTls;
  /** Takes what the peer reports by itself; without it an N-EVENT-REPORT has no place. */
  readonly eventReport?: EventReportTaker;
}

/** How long a peer may take, in milliseconds. */
export interface RequestTimeouts {
  /** To take the connection, the TLS handshake included. */
  readonly connect: number;
  /** To accept or refuse the association. */
  readonly accept: number;
  /** To answer a request, from its last byte on. */
  readonly response: number;
  readonly release: number;
}

/** What holds for an association that was accepted. */
export interface AssociationTerms {
  readonly contexts: readonly UsableContext[];
  readonly peer: string;
  readonly peerMaximumLength: number;
  /** The software of the peer, as it calls itself (PS3.7 section D.3.3.2). */
  readonly implementation?: string;
  readonly tls?: TlsInfo;
  readonly limits: Limits;
  readonly timeouts: RequestTimeouts;
  readonly signal?: AbortSignal;
  readonly eventReport?: EventReportTaker;
}

const defaultTimeouts: RequestTimeouts = {
  connect: 10_000,
  accept: 30_000,
  response: 60_000,
  release: 10_000,
};

/**
 * Asks a peer for an association, as requester.
 * @throws EngineError PEER_UNREACHABLE, TLS_FAILED, PEER_TIMEOUT, ASSOCIATION_REJECTED, ASSOCIATION_ABORTED; the signal's reason
 */
export async function requestAssociation(
  request: AssociationRequest,
): Promise<RequestedAssociation> {
  const { host, port, callingAeTitle, calledAeTitle, signal } = request;
  const limits = { ...defaultLimits, ...request.limits };
  const timeouts = { ...defaultTimeouts, ...request.timeouts };
  const peer = `${calledAeTitle} at ${host}:${port}`;
  if (request.contexts.length === 0 || request.contexts.length > 128) {
    throw new RangeError(`an association has 1 to 128 contexts, not ${request.contexts.length}`);
  }
  const proposed = request.contexts.map((context, index) => ({ ...context, id: 2 * index + 1 }));

  const socket = await connected(request, peer, timeouts.connect);
  const channel = new PduChannel(socket, limits);
  let broken: unknown;
  // With TLS 1.3 the peer judges our certificate after the handshake (RFC 8446 section 4.4.2.4).
  socket.once('error', (error) => (broken = error));
  const onAbort = () => void channel.destroy();
  signal?.addEventListener('abort', onAbort);
  try {
    await channel.send(
      encodeAssociateRequest({
        calledAeTitle,
        callingAeTitle,
        contexts: proposed,
        user: {
          maximumLength: limits.announcedPduLength,
          implementationClassUid,
          implementationVersionName,
          ...(request.roles && { roles: request.roles }),
          ...(request.userIdentity && { userIdentity: request.userIdentity }),
        },
      }),
    );
    channel.patience.atMost(
      timeouts.accept,
      `no answer to the request for an association within ${timeouts.accept / 1000} s`,
    );
    const accept = await answered(channel, { ...request, peer });
    const contexts = usableContexts(proposed, accept);
    const peerMaximumLength = maximumLength(accept, limits);
    const implementation =
      accept.user.implementationVersionName ?? accept.user.implementationClassUid;
    return new RequestedAssociation(channel, {
      contexts,
      peer,
      peerMaximumLength,
      ...(implementation !== undefined && { implementation }),
      ...(socket instanceof TLSSocket && { tls: tlsInfo(socket) }),
      limits,
      timeouts,
      ...(signal && { signal }),
      ...(request.eventReport && { eventReport: request.eventReport }),
    });
  } catch (error) {
    void channel.close(error instanceof ProtocolError ? encodeAbort(error.abort) : undefined);
    channel.destroySoon();
    signal?.throwIfAborted();
    if (request.tls && isTlsError(broken)) throw tlsFailed(peer, broken);
    if (error instanceof OutOfPatience)
      throw new EngineError('PEER_TIMEOUT', `${peer}: ${error.message}`);
    if (!(error instanceof ProtocolError)) throw error;
    if (error instanceof SpokeTls) throw tlsWanted(peer);
    throw new EngineError(
      'ASSOCIATION_ABORTED',
      `the association with ${peer} was aborted by us, ${abortInWords(error.abort)}: ${error.message}`,
    );
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function connected(
  { host, port, tls, signal }: AssociationRequest,
  peer: string,
  timeout: number,
): Promise<Socket> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = tls ? connectTls(host, port, tls) : connect({ host, port, allowHalfOpen: true });
  const onAbort = () => reject(signal?.reason);
  let isConnected = false;
  const timer = setTimeout(() => {
    const what = isConnected ? 'TLS handshake with' : 'connection to';
    const remedy = isConnected ? 'it may speak plain DICOM' : 'check host and port';
    const text = `no ${what} ${peer} within ${timeout / 1000} s; ${remedy}`;
    reject(new EngineError('PEER_TIMEOUT', text));
  }, timeout);
  signal?.addEventListener('abort', onAbort);
  socket.once('connect', () => (isConnected = true));
  socket.once(tls ? 'secureConnect' : 'connect', resolve);
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (isConnected) return reject(tlsFailed(peer, error));
    const text = `cannot connect to ${peer} (${error.code ?? error.name}); check host and port, and that it runs`;
    reject(new EngineError('PEER_UNREACHABLE', text, { cause: error }));
  });
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function tlsFailed(peer: string, error: unknown): EngineError {
  const text = `no TLS connection with ${peer}: ${tlsFailureInWords(error)}`;
  return new EngineError('TLS_FAILED', text, { cause: error });
}

function tlsWanted(peer: string): EngineError {
  return new EngineError(
    'TLS_FAILED',
    `${peer} speaks TLS, and was asked for an association without; set tls for it, or name another port`,
  );
}

function isTlsError(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('ERR_SSL_');
}

/** Sta5: the peer's answer. */
async function answered(
  channel: PduChannel,
  request: AssociationRequest & { readonly peer: string },
): Promise<AssociateAccept> {
  for (;;) {
    const event = await channel.next();
    if (!event) {
      throw new EngineError(
        'ASSOCIATION_ABORTED',
        `${request.peer} closed the connection instead of answering the request for an association` +
          (request.tls ? '; it may not take our certificate' : '; it may speak TLS only'),
      );
    }
    if (event.kind === 'header' && actions.Sta5[event.pdu] === 'AA-8') {
      throw unexpectedPdu(`${event.pdu} in place of an A-ASSOCIATE-AC`, 'PS3.8 section 9.2.3');
    }
    if (event.kind === 'A-ASSOCIATE-AC') return event.accept;
    if (event.kind === 'A-ASSOCIATE-RJ') throw rejected(event.rejection, request);
    if (event.kind === 'A-ABORT') {
      throw new EngineError(
        'ASSOCIATION_ABORTED',
        `${request.peer} aborted the association before it began: ${abortInWords(event.cause)}`,
      );
    }
  }
}

function rejected(
  rejection: Rejection,
  { peer, callingAeTitle, calledAeTitle }: AssociationRequest & { readonly peer: string },
): EngineError {
  const { result, source, reason } = rejection;
  const remedy =
    source === 1 && reason === 7
      ? `; the peer has another AE title than ${calledAeTitle} (upper and lower case count)`
      : source === 1 && reason === 3
        ? `; have the AE title ${callingAeTitle} allowed there (upper and lower case count)`
        : result === 2
          ? '; try again later'
          : '';
  return new EngineError(
    'ASSOCIATION_REJECTED',
    `${peer} rejected the association of ${callingAeTitle}: ${rejectionInWords(rejection)}${remedy}`,
  );
}

function maximumLength({ user }: AssociateAccept, limits: Limits): number {
  const maximum = user.maximumLength ?? 16_384;
  if (maximum === 0 || maximum >= limits.smallestPeerPduLength) return maximum;
  throw invalidParameter(
    `it announces a maximum length of ${maximum}, too short for a command; correct it there`,
    'PS3.8 section D.1',
  );
}
