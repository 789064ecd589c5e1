import type { Socket } from 'node:net';
import {
  implementationClassUid,
  implementationVersionName,
} from '../association/implementation.ts';
import type { Limits } from '../association/limits.ts';
import { MessageIntake } from '../association/message-intake.ts';
import { PduChannel } from '../association/pdu-channel.ts';
import { encodeAssociateAccept, encodeRelease } from '../association/pdu-encoder.ts';
import { pduTypes, type AssociateRequest, type PduName } from '../association/pdu.ts';
import {
  cutOff,
  OutOfPatience,
  ProtocolError,
  unexpectedPdu,
} from '../association/protocol-error.ts';
import { actions, type State } from '../association/state-table.ts';
import { Answers } from './answers.ts';
import type { Admission, AssociationInfo, DoorHandlers, PeerInfo } from './door.ts';
import { abortion, nameOf, peerAborted, rejection, type Last } from './endings.ts';
import type { Guest, Hall } from './hall.ts';
import {
  acceptedContext,
  answerContexts,
  answerRoles,
  judgeRequest,
  plausibleContexts,
  showTitle,
} from './judge-request.ts';
import { peerOf } from './peer-of.ts';
import type { ReportToPeer } from './reports-to-peer.ts';

/** What a connection needs of its door. */
export interface Surroundings {
  readonly limits: Limits;
  readonly handlers: DoorHandlers;
  readonly hall: Hall;
  /** What is known of the peer before its request; default: its address. */
  readonly peer?: PeerInfo;
  /** Who has its place in the hall; default: itself. */
  readonly place?: Guest;
}

/** One connection from its coming to its end: the acceptor's side of PS3.8 section 9.2. */
export class Connection implements Guest {
  readonly address: string;
  readonly #limits: Limits;
  readonly #handlers: DoorHandlers;
  readonly #hall: Hall;
  readonly #place: Guest;
  readonly #channel: PduChannel;
  #state: State = 'Sta2';
  #peer: PeerInfo | AssociationInfo;
  #answers: Answers | undefined;
  #intake: MessageIntake | undefined;
  #isEvicted = false;
  #isLeaving = false;

  constructor(socket: Socket, { limits, handlers, hall, peer, place }: Surroundings) {
    this.#limits = limits;
    this.#handlers = handlers;
    this.#hall = hall;
    this.#place = place ?? this;
    this.#peer = peer ?? peerOf(socket);
    this.address = this.#peer.peerAddress;
    this.#channel = new PduChannel(socket, limits);
  }

  /** Serves the peer; resolves when the connection is closed and nothing is owed any more. Never rejects. */
  async serve(): Promise<void> {
    const last = await this.#converse().catch((error: unknown) => this.#cutOff(error));
    this.#state = 'Sta13';
    this.#hall.leave(this.#place);
    this.#answers?.peerGone(last.reason);
    const closed = last.kind === 'silent' ? this.#channel.destroy() : this.#channel.close(last.pdu);
    await this.#intake?.discard().catch((error: unknown) => this.#answers?.failed(error));
    if (last.kind === 'closing') this.#channel.destroySoon();
    const { pdu: _, ...ending } = last;
    this.#tell((handlers) => handlers.ended(this.#peer, ending));
    await closed;
    await this.#answers?.owed;
  }

  /** Ends the connection now: its place is needed, or the door is closed. */
  evict(): void {
    this.#isEvicted = true;
    this.#answers?.peerGone('the door is closed');
    void this.#channel.destroy();
  }

  /** Ends the association once no message is under way: the door closes. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#state === 'Sta13') return this.#channel.destroySoon();
    if (!this.#intake?.isMidMessage && !this.#answers?.owed) this.#sendAway();
  }

  async report(report: ReportToPeer): Promise<number | undefined> {
    return this.#answers?.report(report);
  }

  async #converse(): Promise<Last> {
    this.#channel.patience.atMost(
      this.#limits.artim,
      `no complete A-ASSOCIATE-RQ within ${this.#limits.artim / 1000} s`,
    );
    for (;;) {
      const event = await this.#channel.next();
      if (!event) return this.#gone();
      if (event.kind === 'header') this.#check(event.pdu);
      if (event.kind === 'A-ABORT') return peerAborted(event.cause);
      if (event.kind === 'A-ASSOCIATE-RQ') return this.#decide(event.request);
    }
  }

  /** AE-6: the request is here; refuses it, or accepts it and goes on. */
  async #decide(request: AssociateRequest): Promise<Last> {
    this.#state = 'Sta3';
    this.#channel.patience.forEver();
    const titles = {
      callingAeTitle: showTitle(request.callingAeTitle),
      calledAeTitle: showTitle(request.calledAeTitle),
    };
    this.#peer = { ...this.#peer, ...titles };
    const refusal = judgeRequest(request, this.#limits);
    if (refusal) return rejection('refused', refusal.rejection, refusal.why, refusal.clause);
    const { implementationClassUid: uid, implementationVersionName: version } = request.user;
    const contexts = plausibleContexts(request);
    const proposal = {
      ...this.#peer,
      ...titles,
      contexts,
      roles: request.user.roles,
      implementationClassUid: uid,
      implementationVersionName: version,
    };
    const { userIdentity } = request.user;
    const admission = await this.#admit(() =>
      this.#handlers.admit({ ...proposal, ...(userIdentity && { userIdentity }) }),
    );
    if (this.#channel.gone.aborted) return this.#gone();
    if ('reject' in admission) return rejection('rejected', admission.reject, admission.why);
    const early = this.#channel.untold;
    if (early === pduTypes['A-ABORT']) return peerAborted({ source: 0, reason: 0 });
    if (early !== undefined) {
      throw unexpectedPdu('data before the association was accepted', tableClause);
    }
    const answered = answerContexts(request.contexts, contexts, admission.accept);
    const roles = answerRoles(request.user.roles, admission.roles);
    const syntaxes = new Map(contexts.map(({ id, abstractSyntax }) => [id, abstractSyntax]));
    const { roles: _, ...known } = proposal;
    const association: AssociationInfo = {
      ...known,
      contexts: answered.flatMap(({ id, result, transferSyntax }) =>
        result === 0 ? acceptedContext(id, syntaxes.get(id)!, transferSyntax!, roles) : [],
      ),
      // The sub-item is mandatory; without it we keep to what everyone takes.
      peerMaximumLength: request.user.maximumLength ?? 16_384,
      since: new Date().toISOString(),
    };
    const isFull = this.#hall.admit(this.#place, association, admission.limit);
    if (isFull) return rejection('refused', { result: 2, source: 3, reason: 2 }, isFull);
    this.#peer = association;
    const accept = encodeAssociateAccept({
      // Sent back as they came (PS3.8 section 9.3.3).
      calledAeTitle: request.calledAeTitle,
      callingAeTitle: request.callingAeTitle,
      contexts: answered,
      user: {
        maximumLength: this.#limits.announcedPduLength,
        implementationClassUid,
        implementationVersionName,
        ...(userIdentity?.isResponseRequested && admission.userIdentityResponse
          ? { userIdentityResponse: admission.userIdentityResponse }
          : {}),
        roles,
        // One operation at a time, said only to who asked (PS3.7 section D.3.3.3).
        operationsWindow: request.user.operationsWindow && { invoked: 1, performed: 1 },
      },
    });
    return this.#transfer(association, accept);
  }

  async #admit(decide: () => Admission | Promise<Admission>): Promise<Admission> {
    try {
      return await decide();
    } catch (error) {
      return {
        reject: { result: 2, source: 3, reason: 1 },
        why: `could not be decided on (${nameOf(error)})`,
      };
    }
  }

  /** Sta6: messages, until a release, an abort, or the end of the connection. */
  async #transfer(association: AssociationInfo, accept: Buffer): Promise<Last> {
    const channel = this.#channel;
    const answers = new Answers(channel, association, this.#handlers, this.#limits, () =>
      this.#betweenMessages(),
    );
    const intake = new MessageIntake(this.#limits, answers);
    this.#answers = answers;
    this.#intake = intake;
    this.#state = 'Sta6';
    channel.gone.addEventListener('abort', () =>
      answers.peerGone('the peer closed the connection'),
    );
    const { lifetime } = this.#limits;
    const timer = setTimeout(
      () => channel.interrupt(cutOff(`the association is older than ${lifetime / 1000} s`)),
      lifetime,
    );
    this.#tell((handlers) => handlers.established?.(association));
    try {
      await channel.send(accept);
      this.#betweenMessages();
      for (;;) {
        const next = channel.next();
        const event = next instanceof Promise ? await next : next;
        if (!event) return this.#gone();
        if (event.kind === 'fragment') {
          const taken = intake.take(event.fragment);
          if (taken) await taken;
        } else if (event.kind === 'header') {
          this.#check(event.pdu);
          if (event.pdu !== 'P-DATA-TF') continue;
          // Our window is one operation: the next waits for its turn, but what belongs to this one does not.
          if (answers.owed && !answers.isListening) await answers.owed;
          channel.patience.progress('the peer sends too slowly in the middle of a message');
        } else if (event.kind === 'A-ABORT') {
          return peerAborted(event.cause);
        } else if (event.kind === 'A-RELEASE-RQ') {
          if (intake.isMidMessage)
            throw unexpectedPdu('A-RELEASE-RQ in the middle of a message', tableClause);
          return {
            kind: 'released',
            reason: 'the peer released the association',
            pdu: encodeRelease('A-RELEASE-RP'),
          };
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nothing is under way and nothing owed. */
  #betweenMessages(): void {
    if (this.#intake?.isMidMessage) return;
    if (this.#isLeaving) return this.#sendAway();
    const { idle } = this.#limits;
    this.#channel.patience.atMost(idle, `no message for ${idle / 1000} s`);
  }

  #sendAway(): void {
    this.#channel.interrupt(cutOff('the door is closed'));
  }

  #tell(what: (handlers: DoorHandlers) => void): void {
    try {
      what(this.#handlers);
    } catch (error) {
      this.#answers?.failed(error);
    }
  }

  /** Throws when the state table has no place for a PDU. */
  #check(pdu: PduName): void {
    const action = actions[this.#state][pdu];
    if (action !== 'AA-1' && action !== 'AA-8') return;
    const where = this.#state === 'Sta2' ? 'in place of an A-ASSOCIATE-RQ' : 'in an association';
    throw unexpectedPdu(`${pdu} ${where}`, tableClause);
  }

  #cutOff(error: unknown): Last {
    if (this.#isEvicted) return this.#gone();
    if (!(error instanceof ProtocolError)) {
      this.#answers?.failed(error);
      return abortion('aborted', cutOff(`an error of ours (${nameOf(error)})`));
    }
    if (this.#isLeaving) return abortion('closing', error);
    // ARTIM: the connection is closed without a word (AA-2).
    if (this.#state === 'Sta2' && error instanceof OutOfPatience) {
      return { kind: 'silent', reason: error.message };
    }
    return abortion('aborted', error);
  }

  #gone(): Last {
    if (this.#isLeaving) return { kind: 'closing', reason: 'the door is closed' };
    if (this.#isEvicted)
      return { kind: 'silent', reason: 'its place was needed for another connection' };
    const when = this.#intake?.isMidMessage ? ' in the middle of a message' : '';
    return { kind: 'peer gone', reason: `the peer closed the connection${when}` };
  }
}

const tableClause = 'PS3.8 section 9.2.3';
