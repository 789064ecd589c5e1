import type { HostState, Leg, MessageHeader, QueuePlace } from '@consort/core';
import { describe, expect, it } from 'vitest';
import type { Circumstances } from './circumstances.ts';
import { drawReasons } from './draw-reasons.ts';
import type { Reason } from './reason.ts';
import { reasonLegs } from './reason-legs.ts';

// Noon of the zone the test runs in, so that no moment falls on another day.
const noon = new Date(2026, 7, 25, 12, 0, 0);
const at = (seconds: number) => new Date(noon.getTime() + seconds * 1000).toISOString();
const failed = { code: 'PEER_UNREACHABLE', text: 'no connection to 10.0.0.1:104' };

const host = (name: string, change: Partial<HostState> = {}): HostState => ({
  name,
  type: 'BusinessOperation',
  component: 'x',
  poolSize: 1,
  status: 'Running',
  ...change,
});

function leg(change: Partial<MessageHeader>, more: Partial<Leg> = {}): Leg {
  const header: MessageHeader = {
    id: 2,
    sessionId: 1,
    type: 'Request',
    invocation: 'Queue',
    priority: 'Sync',
    status: 'Queued',
    sourceConfigName: 'Storage',
    targetConfigName: 'PACS2',
    sourceBusinessType: 'BusinessProcess',
    targetBusinessType: 'BusinessOperation',
    targetQueueName: 'PACS2',
    timeCreated: at(-60),
    timeQueued: at(-60),
    isError: false,
    attempts: 0,
    ...change,
  };
  return { header, receipts: [], ...more };
}

function circumstances(change: Partial<Circumstances> = {}): Circumstances {
  const hosts = ['Door', 'Storage', 'PACS2'].map((name) => [name, host(name)] as const);
  return { now: noon, hosts: new Map(hosts), places: new Map(), sessions: new Map(), ...change };
}

function reasonOf(one: Leg, legs: readonly Leg[] = [one], about = circumstances()): Reason {
  const found = reasonLegs(legs, about).find(({ header }) => header.id === one.header.id);
  if (!found) throw new Error('every leg has a reason');
  return found.reason;
}

const placed = (place: Partial<QueuePlace>) =>
  circumstances({ places: new Map([[2, { inProgress: [], before: 0, ...place }]]) });

const retried = leg({
  id: 12,
  sessionId: 12,
  status: 'Delivered',
  attempts: 42,
  errorStatus: failed,
  firstFailedAt: at(-600),
  nextAttemptAt: at(30),
});

describe('a leg', () => {
  it('that is retried says since when, why, and when next', () => {
    expect(reasonOf(retried)).toEqual({
      kind: 'retrying',
      sentence:
        'PACS2 failed 42 times since 11:50:00 (PEER_UNREACHABLE: no connection to 10.0.0.1:104), next try 12:00:30',
    });
    const due = leg({ ...retried.header, attempts: 1, nextAttemptAt: at(-1) });
    expect(reasonOf(due).sentence).toMatch(/^PACS2 failed once at 11:50:00 .*, trying again now$/);
  });

  it('from another day has its date', () => {
    const old = leg({ ...retried.header, firstFailedAt: at(-86_400) });
    expect(reasonOf(old).sentence).toContain('since 2026-08-24 12:00:00');
  });

  it('that was delivered says to whom; the name of a file is not said', () => {
    const receipt = { messageId: 2, digest: 'a', size: 1, time: at(-10) };
    const sent = leg(
      { status: 'Completed', attempts: 3 },
      {
        receipts: [
          { ...receipt, peer: 'PACS2@10.0.0.1:104', status: '0000' },
          { ...receipt, peer: 'file:Doe^Jane/1.dcm', status: 'written' },
        ],
      },
    );
    expect(reasonOf(sent)).toEqual({
      kind: 'done',
      sentence:
        'PACS2 delivered it to PACS2@10.0.0.1:104 (0000) at 11:59:50 and to a file (written) at 11:59:50, after 3 failed attempts',
    });
  });

  it('that brought the image in says what its sender was told', () => {
    const first = leg({
      id: 1,
      status: 'Completed',
      targetConfigName: 'Storage',
      timeDelivered: at(-50),
      timeProcessed: at(-48),
      arrival: {
        associationId: 'a',
        peerAddress: '10.0.0.2',
        callingAeTitle: 'CT1',
        calledAeTitle: 'IRIS',
      },
      answered: { status: '0110', time: at(-52) },
    });
    expect(reasonOf(first)).toEqual({
      kind: 'done',
      sentence: 'Storage finished it at 11:59:12 in 2 s',
      answer: 'CT1 was answered 0110 after 8 s',
    });
    const fromFile = leg({
      ...first.header,
      arrival: { associationId: 'f-1', peerAddress: 'file' },
      answered: { status: 'taken', time: at(-52) },
    });
    expect(reasonOf(fromFile).answer).toBe('its file was taken after 8 s');
  });

  it('that failed says why, since when, and whether it was sent again', () => {
    const dead = leg({
      status: 'Error',
      attempts: 2,
      errorStatus: failed,
      firstFailedAt: at(-40),
      timeProcessed: at(-30),
    });
    const sentence =
      'PACS2 failed for good at 11:59:30 after 2 failed attempts since 11:59:20: PEER_UNREACHABLE: no connection to 10.0.0.1:104';
    expect(reasonOf(dead)).toEqual({ kind: 'failed', sentence });
    const again = leg({ id: 5, status: 'Queued' });
    expect(reasonOf(dead, [dead, again])).toEqual({
      kind: 'sentAgain',
      sentence: `${sentence}; it was sent again as message 5`,
    });
  });

  it.each<[string, Partial<MessageHeader>, Reason]>([
    [
      'was set aside',
      { status: 'Discarded', note: 'not wanted' },
      { kind: 'setAside', sentence: 'was set aside: not wanted' },
    ],
    [
      'was aborted',
      { status: 'Aborted' },
      { kind: 'aborted', sentence: 'was aborted on its way to PACS2' },
    ],
    [
      'is suspended',
      { status: 'Suspended', errorStatus: failed },
      {
        kind: 'suspended',
        sentence:
          'is suspended at PACS2 (PEER_UNREACHABLE: no connection to 10.0.0.1:104) and waits for a person to decide',
      },
    ],
    [
      'is worked on',
      { status: 'Delivered', timeDelivered: at(-5) },
      { kind: 'working', sentence: 'PACS2 has been working on it since 11:59:55 (5 s)' },
    ],
    [
      'is put aside',
      { status: 'Deferred' },
      { kind: 'deferred', sentence: 'PACS2 has put it aside and will be given its answer' },
    ],
    [
      'is a timer',
      { status: 'Deferred', targetBusinessType: 'Unknown', expiresAt: at(90) },
      { kind: 'deferred', sentence: 'is a timer that runs until 12:01:30' },
    ],
  ])('that %s says so', (_, change, reason) => {
    expect(reasonOf(leg(change))).toEqual(reason);
  });

  it('whose handler waits for a response names the message', () => {
    const first = leg({ id: 1, status: 'Delivered', targetConfigName: 'Storage' });
    const asked = leg({ id: 2, returnQueueName: '_SyncCall:2' });
    expect(reasonOf(first, [first, asked])).toEqual({
      kind: 'waitingForResponse',
      sentence: 'Storage waits for the response to message 2 from PACS2',
      waitsFor: 2,
    });
    const instance = leg({ id: 1, status: 'Deferred', targetConfigName: 'Storage' });
    const awaited = leg({ id: 2, businessProcessId: 1, status: 'Delivered' });
    const answered = leg({ id: 3, businessProcessId: 1, status: 'Completed' });
    expect(reasonOf(instance, [instance, awaited, answered])).toMatchObject({
      sentence: 'Storage waits for the responses to message 2 (PACS2)',
      waitsFor: 2,
    });
  });
});

describe('a leg in a queue waits', () => {
  const waiting = leg({});

  it('behind a message that is retried', () => {
    expect(
      reasonOf(waiting, [waiting], placed({ inProgress: [retried.header], before: 3 })),
    ).toEqual({
      kind: 'behind',
      sentence:
        'waits behind message 12, which is being retried: PACS2 failed 42 times since 11:50:00 (PEER_UNREACHABLE: no connection to 10.0.0.1:104), next try 12:00:30; 3 more are before it',
      waitsFor: 12,
    });
  });

  it('behind a message that waits in its turn, down to the cause', () => {
    const ahead = leg({
      id: 11,
      sessionId: 11,
      status: 'Delivered',
      targetConfigName: 'Storage',
      targetQueueName: 'Storage',
    });
    const asked = leg({
      ...retried.header,
      sessionId: 11,
      sourceConfigName: 'Storage',
      returnQueueName: '_SyncCall:12',
    });
    const mine = leg({ targetConfigName: 'Storage', targetQueueName: 'Storage' });
    const about = {
      ...placed({ inProgress: [ahead.header] }),
      sessions: new Map([[11, [ahead, asked]]]),
    };
    expect(reasonOf(mine, [mine], about).sentence).toMatch(
      /^waits behind message 11, which waits for the response to message 12, which is being retried: PACS2 failed 42 times /,
    );
    const queued = leg({ ...asked.header, status: 'Queued', attempts: 0 });
    const inTurn = {
      ...about,
      places: new Map([
        ...about.places,
        [
          12,
          { inProgress: [], before: 0, disabled: { name: 'PACS2', since: at(-99), by: 'ann' } },
        ] as const,
      ]),
      sessions: new Map([[11, [ahead, queued]]]),
    };
    expect(reasonOf(mine, [mine], inTurn).sentence).toBe(
      'waits behind message 11, which waits for the response to message 12, and that waits for PACS2 since 11:59:00: the host is disabled since 11:58:21 by ann',
    );
  });

  it('for a free worker, and no longer than there is none', () => {
    const busy = leg({ id: 12, status: 'Delivered', timeDelivered: at(-5) }).header;
    const about = placed({ inProgress: [busy] });
    expect(reasonOf(waiting, [waiting], about).sentence).toBe(
      'waits behind message 12, which PACS2 has been working on for 5 s',
    );
    const hosts = new Map([['PACS2', host('PACS2', { poolSize: 2 })]]);
    expect(reasonOf(waiting, [waiting], { ...about, hosts })).toEqual({
      kind: 'next',
      sentence: 'waits for PACS2 since 11:59:00 and is the next one',
    });
  });

  it.each<[string, Partial<Circumstances>, Reason]>([
    [
      'for others before it',
      placed({ before: 1 }),
      { kind: 'inLine', sentence: 'waits for PACS2 since 11:59:00: 1 message is before it' },
    ],
    [
      'while its host is disabled',
      placed({ disabled: { name: 'PACS2', since: at(-300), by: 'ann', reason: 'PACS2 upgrade' } }),
      {
        kind: 'disabled',
        sentence:
          'waits for PACS2 since 11:59:00: the host is disabled since 11:55:00 by ann: PACS2 upgrade',
      },
    ],
    [
      'for a host that is gone',
      { hosts: new Map() },
      {
        kind: 'hostGone',
        sentence: 'waits for PACS2 since 11:59:00, which the production does not have any more',
      },
    ],
    [
      'for a host that could not start',
      { hosts: new Map([['PACS2', host('PACS2', { status: 'Error', detail: 'no folder' })]]) },
      {
        kind: 'hostDown',
        sentence: 'waits for PACS2 since 11:59:00, which is Error: no folder',
      },
    ],
    [
      'for the next start',
      { notRunning: 'Suspended' },
      {
        kind: 'notRunning',
        sentence:
          'waits for PACS2 since 11:59:00: the production is not running (Suspended); it goes on at the next start',
      },
    ],
    [
      'for Redis',
      { redisAwaySince: at(-30) },
      {
        kind: 'redisAway',
        sentence:
          'waits for PACS2 since 11:59:00: Redis is away since 11:59:30; it goes on when it is back',
      },
    ],
  ])('%s', (_, change, reason) => {
    expect(reasonOf(waiting, [waiting], circumstances(change))).toEqual(reason);
  });

  it('and says what failed before it was given back', () => {
    const given = leg({ attempts: 1, errorStatus: failed });
    expect(reasonOf(given, [given], circumstances({ notRunning: 'Troubled' })).sentence).toMatch(
      /next start; it had 1 failed attempt before, the last with PEER_UNREACHABLE: no connection/,
    );
  });
});

describe('a response', () => {
  const request = leg({
    id: 1,
    status: 'Completed',
    targetConfigName: 'Storage',
    answered: { status: '0000', time: at(-59) },
  });
  const response = (change: Partial<MessageHeader>) =>
    leg({
      id: 4,
      type: 'Response',
      status: 'Completed',
      correspondingMessageId: 1,
      sourceConfigName: 'Storage',
      targetConfigName: 'Door',
      targetQueueName: 'Door',
      targetBusinessType: 'BusinessService',
      ...change,
    });

  it.each<[Partial<MessageHeader>, string]>([
    [{}, 'the response of Storage has reached Door, which answered 0000 after 1 s'],
    [
      { isError: true, targetBusinessType: 'BusinessProcess' },
      'the error of Storage has reached Door',
    ],
    [
      { status: 'Discarded', note: 'peer gone' },
      'the response of Storage was set aside: peer gone',
    ],
    [
      { status: 'Queued' },
      'the response of Storage waits for Door since 11:59:00 and is the next one',
    ],
    [
      { status: 'Queued', targetQueueName: '_SyncCall:1' },
      'the response of Storage has been there for Door to take since 11:59:00',
    ],
    [{ status: 'Delivered' }, 'the response of Storage is in the hands of Door'],
  ])('%o: %s', (change, sentence) => {
    const one = response(change);
    expect(reasonOf(one, [request, one]).sentence).toBe(sentence);
  });

  it('that belongs to a file has reached its service, which tells nobody', () => {
    const taken = leg({ ...request.header, answered: { status: 'taken', time: at(-59) } });
    const one = response({});
    expect(reasonOf(one, [taken, one]).sentence).toBe('the response of Storage has reached Door');
  });
});

describe('of several images', () => {
  it('what is done is counted, and what is held up by the same thing shares a line', () => {
    const about = circumstances({
      places: new Map(
        [21, 22, 23].map((id) => [id, { inProgress: [retried.header], before: 0 }] as const),
      ),
    });
    const waiting = [21, 22, 23].map((id) => leg({ id, sessionId: id }));
    const done = leg({ id: 3, sessionId: 3, status: 'Completed' });
    const lines = drawReasons(reasonLegs([done, retried, ...waiting], about), {
      received: 5,
      completed: 1,
    }).split('\n');
    expect(lines).toEqual([
      '5 images received, 1 of them completed',
      expect.stringMatching(/^message 12 PACS2 failed 42 times/),
      expect.stringMatching(/^message 21 waits behind message 12, which is being retried/),
      '  the same of 2 more, up to message 23',
    ]);
    expect(drawReasons(reasonLegs([done], about), { received: 2, completed: 2 })).toBe(
      '2 images received, all of them completed',
    );
  });
});
