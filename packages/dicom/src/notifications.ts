import { codeOf, type Arrival, type MessageBody, type ServiceContext } from '@consort/core';
import type { AssociationInfo, Ending, PeerInfo } from './gate/door.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

/** What an association has come to. */
export type Notification = 'established' | 'released' | 'rejected' | 'aborted';

/**
 * `dicom.notify.established` and its like: what a process is told of an association (IRIS: EnsLib.DICOM.Notify).
 */
export interface NotificationBody extends MessageBody {
  readonly type: `dicom.notify.${Notification}`;
  readonly associationId: string;
  readonly peerAddress: string;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** How it ended, in words. */
  readonly reason?: string;
}

/** Says whether a body tells of an association. */
export function isNotification(body: MessageBody): body is NotificationBody {
  return /^dicom\.notify\.(established|released|rejected|aborted)$/.test(body.type);
}

/** Tells of associations, each in the order of what happens to it. */
export interface Notifications {
  established(association: AssociationInfo): void;
  ended(peer: PeerInfo | AssociationInfo, how: Ending): void;
  /** Resolves when all that was told is recorded. */
  settled(): Promise<void>;
}

const quiet = 60_000;
/** Rejections of all peers together that are told of in a minute. */
const mostRejections = 100;
/** What may wait for the record. */
const mostWaiting = 1000;

/**
 * Sends each notification to `notifyTarget` as a message. Rejections are told of once a minute for each address and
 * reason, and a hundred times a minute in all: whoever knocks does not fill the record.
 */
export function notifications(context: ServiceContext<TcpServiceSettings>): Notifications {
  const rejections = new Map<string, number>();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  let lastComplaint = -Infinity;

  function tell(peer: PeerInfo, what: Notification, reason?: string): void {
    const { notifyTarget } = context.settings;
    const { id: associationId, peerAddress, callingAeTitle, calledAeTitle } = peer;
    if (!notifyTarget || callingAeTitle === undefined || calledAeTitle === undefined) return;
    if (waiting >= mostWaiting) return complain(`${mostWaiting} others wait for the record`);
    const arrival = { associationId, peerAddress, callingAeTitle, calledAeTitle };
    const body: NotificationBody = {
      type: `dicom.notify.${what}`,
      ...arrival,
      ...(reason === undefined ? {} : { reason }),
    };
    waiting += 1;
    last = last.then(() => send(notifyTarget, body, arrival));
  }

  async function send(target: string, body: NotificationBody, arrival: Arrival): Promise<void> {
    try {
      const accepted = await context.accept(target, body, arrival);
      // Nobody outside waits for what comes of it.
      await accepted.answered({ status: 'taken' });
    } catch (error) {
      complain(codeOf(error));
    } finally {
      waiting -= 1;
    }
  }

  function complain(why: string): void {
    const now = performance.now();
    if (now - lastComplaint < quiet) return;
    lastComplaint = now;
    context.log({
      type: 'Warning',
      code: 'NOTIFICATION_LOST',
      text: `${context.settings.notifyTarget ?? ''} is not told of an association: ${why}; this is said once a minute`,
    });
  }

  function mayTellOfRejection({ peerAddress }: PeerInfo, { reason }: Ending): boolean {
    const now = performance.now();
    for (const [key, time] of rejections) if (now - time >= quiet) rejections.delete(key);
    const key = `${peerAddress} ${reason}`;
    if (rejections.has(key) || rejections.size >= mostRejections) return false;
    rejections.set(key, now);
    return true;
  }

  return {
    established: (association) => tell(association, 'established'),
    ended(peer, how) {
      const what = meaning(peer, how);
      if (!what || (what === 'rejected' && !mayTellOfRejection(peer, how))) return;
      tell(peer, what, how.reason);
    },
    settled: () => last,
  };
}

/** Nothing for a connection on which no association was asked for. */
function meaning(peer: PeerInfo | AssociationInfo, { kind }: Ending): Notification | undefined {
  if (kind === 'rejected' || kind === 'refused') return 'rejected';
  if (!('since' in peer)) return undefined;
  return kind === 'released' ? 'released' : 'aborted';
}
