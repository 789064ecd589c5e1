import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EngineError } from '@consort/core';
import { defaultLimits, type Limits } from '../association/limits.ts';
import type {
  NegotiatedContext,
  ProposedContext,
  Rejection,
  Role,
  UserIdentity,
} from '../association/pdu.ts';
import type { AcceptorTls } from '../tls/accept-tls.ts';
import type { TlsInfo } from '../tls/tls-info.ts';
import { Connection } from './connection.ts';
import { Hall } from './hall.ts';
import type { OperationReceiver, OperationRequest } from './operation.ts';
import type { ReportToPeer } from './reports-to-peer.ts';
import { SecureArrival } from './secure-arrival.ts';

export type {
  AbortCause,
  NegotiatedContext,
  ProposedContext,
  Rejection,
} from '../association/pdu.ts';

export interface DoorOptions {
  /** The address to listen on. */
  readonly interface: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Accepted associations at the same time; one more is rejected (PS3.8 table 9-21: 2, 3, 2). */
  readonly maxAssociations: number;
  readonly limits?: Partial<Limits>;
  /** Speaks TLS with everyone; without it with nobody. */
  readonly tls?: AcceptorTls;
}

/** A listening port and the associations that came through it. */
export interface Door {
  readonly address: string;
  readonly port: number;
  /** The accepted associations at this moment. */
  associations(): readonly AssociationInfo[];
  /**
   * Sends an N-EVENT-REPORT on an association, once nothing is owed on it.
   * @returns the promise of the peer's status, undefined when it takes no such report or is gone; undefined when there
   *   is no association of that id
   */
  report(associationId: string, report: ReportToPeer): Promise<number | undefined> | undefined;
  /**
   * Takes no more connections, aborts the associations that have no message under way, and lets the others
   * end theirs and be answered.
   * @param grace milliseconds; what is not over by then is cut off
   */
  close(grace: number): Promise<void>;
}

/** What the gate asks and tells. Nothing here is called for a peer that was not accepted, but `admit` and `ended`. */
export interface DoorHandlers {
  /**
   * Accepts or refuses an association, once its request is complete and well-formed and before any DIMSE byte
   * is looked at. A throw refuses it as temporary congestion.
   */
  admit(proposal: AssociationProposal): Admission | Promise<Admission>;
  /**
   * Receives a C-STORE-RQ whose SOP class is that of its context and whose instance UID is a UID.
   * A throw lets the data set pass unread and answers 0110.
   */
  store(
    command: StoreCommand,
    association: AssociationInfo,
  ): ObjectReceiver | Promise<ObjectReceiver>;
  /**
   * Receives a request of any other service that the SOP class of its context has. A throw lets the data set pass
   * unread and answers as a failure. Without it they are answered Unrecognized Operation.
   */
  operation?(
    request: OperationRequest,
    association: AssociationInfo,
  ): OperationReceiver | Promise<OperationReceiver>;
  /** Learns of an association that was accepted, before anything comes on it. */
  established?(association: AssociationInfo): void;
  /** Learns how a connection ended; exactly once for each. */
  ended(peer: PeerInfo | AssociationInfo, how: Ending): void;
  /** Learns that a handler or receiver threw where it should not have. */
  failed?(error: unknown, association: AssociationInfo): void;
}

/** A connection and the titles its peer gave, if it came that far. */
export interface PeerInfo {
  /** `a-` and a random part; one for each connection. */
  readonly id: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  /** Trimmed of spaces; in a title that is none, what is not printable is escaped. */
  readonly callingAeTitle?: string;
  readonly calledAeTitle?: string;
  readonly tls?: TlsInfo;
}

/** What a peer asks for. Titles are valid (PS3.5 section 6.2) and trimmed of spaces. */
export interface AssociationProposal extends PeerInfo {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** Who it says its user is. An association does not keep it. */
  readonly userIdentity?: UserIdentity;
  /** In the peer's order. Contexts that no answer could save are not among them. */
  readonly contexts: readonly ProposedContext[];
  /** The roles it wants (PS3.7 section D.3.3.4). */
  readonly roles: readonly Role[];
  readonly implementationClassUid: string | undefined;
  readonly implementationVersionName: string | undefined;
}

/** An accepted association. */
export interface AssociationInfo extends Omit<
  AssociationProposal,
  'contexts' | 'roles' | 'userIdentity'
> {
  /** The contexts accepted. */
  readonly contexts: readonly AcceptedContext[];
  /** The longest P-DATA-TF the peer takes; 0 for any. */
  readonly peerMaximumLength: number;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface AcceptedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
  /** Set when they are others than usual, which is that the peer asks and we serve. */
  readonly peerRole?: Pick<Role, 'scu' | 'scp'>;
}

/**
 * The answer to a proposal: a result for each of its contexts (one left out is refused), and for the SOP classes in
 * whose contexts the peer may be SCP as it has proposed its roles; or a refusal.
 */
export type Admission =
  | {
      readonly accept: readonly NegotiatedContext[];
      readonly roles?: readonly Role[];
      readonly limit?: AssociationLimit;
      /** Set when the user identity was looked at and accepted. */
      readonly userIdentityResponse?: Buffer;
    }
  | { readonly reject: Rejection; readonly why: string };

/** How many associations of a kind there may be; one more is rejected (PS3.8 table 9-21: 2, 3, 2). */
export interface AssociationLimit {
  /** Says which kind: associations with the same object are counted together. */
  readonly of: object;
  readonly most: number;
  /** Why one more is rejected, in words. */
  readonly why: string;
}

/** A C-STORE-RQ (PS3.7 section 9.3.1.1) and the transfer syntax of its context. */
export interface StoreCommand {
  readonly messageId: number;
  readonly affectedSopClassUid: string;
  readonly affectedSopInstanceUid: string;
  /** 0 medium, 1 high, 2 low. */
  readonly priority: number;
  /** Set when another application had it sent, by C-MOVE. */
  readonly moveOriginatorApplicationEntityTitle?: string;
  readonly moveOriginatorMessageId?: number;
  readonly transferSyntaxUid: string;
  readonly contextId: number;
}

/** Takes one data set. After `end` or `discard`, one of which is always called, nothing more is. */
export interface ObjectReceiver {
  /**
   * Takes bytes, in order; the slice is valid until the promise resolves. Nothing more is read from the peer
   * before that, but a little ahead. After a rejection the rest is read and dropped, then `end` is called.
   */
  write(fragment: Buffer): Promise<void>;
  /**
   * The data set is whole: what is the answer? A rejection answers 0110.
   * @param signal aborted when the peer is gone (it closed, aborted or released) while we owe it the answer
   */
  end(signal: AbortSignal): Promise<StoreReply>;
  /** The data set will never be whole. */
  discard(): Promise<void>;
}

/** The answer to a C-STORE-RQ. */
export interface StoreReply {
  /** PS3.7 annex C, PS3.4 section B.2.3. */
  readonly status: number;
  /** At most 64 characters are sent, printable ASCII. */
  readonly errorComment?: string;
  /** Aborts the association instead of answering (PS3.8 table 9-26). */
  readonly abort?: { readonly source: number; readonly reason: number };
  /** Called once: the answer was handed to the live connection, or the peer was gone. */
  told?(outcome: 'sent' | 'peer gone'): void;
}

/** How a connection ended, in words for the event log. */
export interface Ending {
  /**
   * - released: as it should.
   * - rejected: `admit` refused it.
   * - refused: the gate refused it, by A-ASSOCIATE-RJ.
   * - aborted: the gate cut it off, by A-ABORT: a protocol error, a limit, an answer that asked for it.
   * - peer aborted, peer gone: the peer ended it, by A-ABORT or by closing the connection.
   * - silent: no association was asked for in time, or the place was needed.
   * - closing: the door was closed.
   */
  readonly kind:
    | 'released'
    | 'rejected'
    | 'refused'
    | 'aborted'
    | 'peer aborted'
    | 'peer gone'
    | 'silent'
    | 'closing';
  readonly reason: string;
  /** The clause that was broken. */
  readonly clause?: string;
}

/**
 * Listens for associations, as acceptor: everything between the socket and whole DIMSE messages.
 * C-ECHO is answered here.
 * @throws EngineError HOST_START_FAILED when the port cannot be listened on
 */
export async function openDoor(options: DoorOptions, handlers: DoorHandlers): Promise<Door> {
  const limits = { ...defaultLimits, ...options.limits };
  const hall = new Hall(options.maxAssociations, limits.strangers);
  // Half-open, so that our last PDU still goes out when the peer has closed its direction.
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    const surroundings = { limits, handlers, hall };
    hall.arrive(
      options.tls
        ? new SecureArrival(socket, options.tls, surroundings)
        : new Connection(socket, surroundings),
    );
  });
  await listen(server, options);
  const { address, port } = server.address() as AddressInfo;

  return {
    address,
    port,
    associations: () => hall.associations(),
    report: (associationId, report) => hall.guestOf(associationId)?.report(report),
    async close(grace) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await hall.close(grace);
      await closed;
    },
  };
}

async function listen(server: Server, options: DoorOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('listening', resolve);
  server.once('error', reject);
  server.listen({ host: options.interface, port: options.port });
  try {
    await promise;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new EngineError(
      'HOST_START_FAILED',
      `cannot listen on ${options.interface}:${options.port} (${code}); ` +
        (code === 'EADDRINUSE'
          ? 'another program has this port: stop it or choose another'
          : 'choose an address of this machine and a port we may use'),
      { cause: error },
    );
  }
  // An accept that fails, for want of descriptors say, must not end the process; the listener goes on.
  server.off('error', reject);
  server.on('error', () => undefined);
}
