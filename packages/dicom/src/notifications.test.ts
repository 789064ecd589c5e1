import type { Accepted, Event, MessageBody, ServiceContext } from '@consort/core';
import { describe, expect, it } from 'vitest';
import type { AssociationInfo, PeerInfo } from './gate/door.ts';
import { notifications } from './notifications.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

const peer = (number: number): PeerInfo => ({
  id: `a-${number}`,
  peerAddress: `10.0.${number >> 8}.${number & 0xff}`,
  peerPort: 4711,
  callingAeTitle: 'STRANGER',
  calledAeTitle: 'CONSORT',
});
const rejected = { kind: 'rejected', reason: 'calling AE title not recognized' } as const;

/** A service whose record takes what it is told, or does not. */
function service(accept: (body: MessageBody) => Promise<void>) {
  const events: Event[] = [];
  const context = {
    settings: { notifyTarget: 'Told' },
    log: (event: Event) => void events.push(event),
    async accept(_: string, body: MessageBody) {
      await accept(body);
      return { answered: async () => undefined } as unknown as Accepted;
    },
  } as unknown as ServiceContext<TcpServiceSettings>;
  return { notify: notifications(context), events };
}

describe('notifications of associations', () => {
  it('tells of a rejection once a minute for each address, and of a hundred in all', async () => {
    const told: MessageBody[] = [];
    const { notify } = service(async (body) => void told.push(body));
    for (let round = 0; round < 3; round += 1) notify.ended(peer(1), rejected);
    await notify.settled();
    expect(told).toHaveLength(1);
    for (let number = 0; number < 1000; number += 1) notify.ended(peer(number), rejected);
    await notify.settled();
    expect(told).toHaveLength(100);
  });

  it('tells nothing of a connection on which no association was asked for', async () => {
    const told: MessageBody[] = [];
    const { notify } = service(async (body) => void told.push(body));
    const { callingAeTitle: _, calledAeTitle: __, ...unnamed } = peer(1);
    notify.ended(unnamed, { kind: 'silent', reason: 'no complete A-ASSOCIATE-RQ within 30 s' });
    notify.ended(unnamed, { kind: 'refused', reason: 'TLS: no certificate' });
    notify.ended(peer(2), { kind: 'aborted', reason: 'a PDU that is none' });
    await notify.settled();
    expect(told).toEqual([]);
  });

  it('loses what the record cannot take, says so once, and goes on', async () => {
    let isAway = true;
    const told: MessageBody[] = [];
    const { notify, events } = service(async (body) => {
      if (isAway) throw new Error('away');
      told.push(body);
    });
    const association = { ...peer(1), since: '2026-01-01T00:00:00Z' } as unknown as AssociationInfo;
    for (let number = 0; number < 3000; number += 1) notify.established(association);
    await notify.settled();
    expect(events.map(({ code }) => code)).toEqual(['NOTIFICATION_LOST']);
    isAway = false;
    notify.ended(association, { kind: 'peer gone', reason: 'the peer closed the connection' });
    await notify.settled();
    expect(told).toMatchObject([{ type: 'dicom.notify.aborted', associationId: 'a-1' }]);
  });
});
