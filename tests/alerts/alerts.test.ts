import { defineOperation, PermanentError } from '@consort/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, type TestEngine } from '../engine/run-engine.ts';
import { describeWith } from '../house/peers.ts';
import { runWatchedEngine, until } from './watched-engine.ts';

const settings = z.object({});

/** An operation that fails for as long as it is told to. */
function failing() {
  const state = { fails: true };
  const component = defineOperation({
    description: 'Fails, until it does not.',
    settings,
    onMessage() {
      if (state.fails) throw new PermanentError('PEER_UNREACHABLE', 'DOE^JOHN is not to be told');
    },
  });
  return { state, component };
}

/** An operation that holds every message until it is let go. */
function holding() {
  const gate = Promise.withResolvers<void>();
  const component = defineOperation({
    description: 'Holds what it gets.',
    settings,
    onMessage: () => gate.promise,
  });
  return { gate, component };
}

/** Says whether a host has ended everything it was sent. */
async function hasDone(name: string, { messages }: TestEngine): Promise<boolean> {
  const queue = (await messages.queues()).find(({ host }) => host === name);
  return queue !== undefined && queue.queued + queue.delivered === 0;
}

describeWith(['redis'], 'alerts', () => {
  it('a thousand errors of one host are one alert, with their count at its end', async () => {
    const { state, component } = failing();
    const alerts = { onError: { grace: 0 } };
    await using watched = await runWatchedEngine({ PACS: { component, poolSize: 20, alerts } });
    const { engine, told, events } = watched;

    for (let n = 0; n < 1_000; n++) await engine.service.accept('PACS', numbered(n));
    await until(() => hasDone('PACS', engine));
    await until(() => told.length > 0);
    state.fails = false;
    await engine.service.accept('PACS', numbered(0));
    await until(() => told.length > 1);

    const text = expect.stringMatching(/^PACS works again; it had failed 1000 times in /) as string;
    expect(told).toMatchObject([
      { type: 'alert', state: 'started', alert: 1, production: 'Test', host: 'PACS' },
      { type: 'alert', state: 'ended', alert: 1, count: 1_000, text },
    ]);
    expect(told[0]?.text).toMatch(/^PACS fails: PEER_UNREACHABLE on message \d+$/);
    expect(told[1]?.duration).toBe(
      Date.parse(told[1]?.endedAt ?? '') - Date.parse(told[1]?.startedAt ?? ''),
    );
    const logged = await engine.messages.events({ type: 'Alert' });
    expect(logged.map(({ code }) => code)).toEqual(['ALERT_ENDED', 'ALERT_STARTED']);
    expect(events.map(({ code }) => code)).toEqual(['ALERT_STARTED', 'ALERT_ENDED']);
  });

  it('no word of an error is in an alert, whoever wrote it', async () => {
    const component = defineOperation({
      description: 'Says too much.',
      settings,
      onMessage() {
        throw Object.assign(new Error('DOE^JOHN 1970'), { code: 'DOE^JOHN' });
      },
    });
    const alerts = { onError: { grace: 0 } };
    await using watched = await runWatchedEngine({ PACS: { component, alerts } });
    const { engine, told } = watched;

    await engine.service.accept('PACS', numbered(1));
    await until(() => told.length > 0);

    expect(told[0]?.text).toMatch(/^PACS fails: HANDLER_FAILED on message \d+$/);
    const everything = [
      told,
      await engine.messages.events({ type: 'Alert' }),
      await engine.messages.alerts(),
    ];
    expect(JSON.stringify(everything)).not.toContain('DOE');
  });

  it('a restart neither repeats nor forgets: what is open stays open, what failed meanwhile is told', async () => {
    const [one, other] = [failing(), failing()];
    const alerts = { onError: { grace: 0 } };
    await using watched = await runWatchedEngine({
      PACS: { component: one.component, alerts },
      Backup: { component: other.component, alerts },
    });
    const { engine, told } = watched;
    await engine.service.accept('PACS', numbered(1));
    await until(() => told.length === 1);

    await watched.stopWatching();
    await engine.service.accept('Backup', numbered(1));
    await engine.service.accept('PACS', numbered(1));
    await until(async () => (await hasDone('PACS', engine)) && hasDone('Backup', engine));
    await engine.crashAndRunAgain();
    await watched.watch();
    await until(() => told.length === 2);

    expect(told.map(({ host, state }) => [host, state])).toEqual([
      ['PACS', 'started'],
      ['Backup', 'started'],
    ]);
    await until(async () => (await engine.messages.alerts({ host: 'PACS' }))[0]?.count === 2);
    one.state.fails = false;
    await engine.service.accept('PACS', numbered(1));
    await until(() => told.length === 3);
    expect(told[2]).toMatchObject({ alert: 1, state: 'ended', host: 'PACS', count: 2 });
    expect(await engine.messages.alerts({ isOpen: true })).toMatchObject([{ host: 'Backup' }]);
  });

  it('a message that is being retried is an error after its grace period, and once only', async () => {
    let fails = true;
    const component = defineOperation({
      description: 'Is away.',
      settings,
      onMessage() {
        if (fails) throw new Error('away');
      },
    });
    const retry = { interval: 30, timeout: Infinity };
    await using watched = await runWatchedEngine({
      PACS: { component, retry, alerts: { onError: { grace: 400 } } },
    });
    const { engine, told } = watched;

    const { messageId } = await engine.service.accept('PACS', numbered(1));
    await until(() => told.length > 0);
    const [began] = await engine.messages.events({ code: 'ALERT_STARTED' });
    const startedAt = Date.parse(told[0]?.startedAt ?? '');
    expect(Date.parse(began?.time ?? '') - startedAt).toBeGreaterThanOrEqual(400);
    await until(async () => ((await engine.messages.alerts())[0]?.count ?? 0) > 20);
    fails = false;
    await until(() => told.length > 1);
    const message = await engine.messages.message(messageId);
    expect(told[1]).toMatchObject({ state: 'ended', count: message?.header.attempts });
    expect(told).toHaveLength(2);
  });

  it('a queue that is too long and a wait that is too long begin once and end once', async () => {
    const { gate, component } = holding();
    await using watched = await runWatchedEngine({
      PACS: { component, alerts: { queueCount: 5, queueWait: 200 } },
    });
    const { engine, told } = watched;

    for (let n = 0; n < 9; n++) await engine.service.accept('PACS', numbered(n));
    await until(() => told.length === 2);
    gate.resolve();
    await until(() => told.length === 4);

    const of = (condition: string) => told.filter((alert) => alert.condition === condition);
    expect(of('queueCount')).toMatchObject([{ state: 'started' }, { state: 'ended', count: 8 }]);
    expect(of('queueCount')[0]?.text).toMatch(/^\d messages wait for PACS \(queueCountAlert: 5\)$/);
    expect(of('queueWait')).toMatchObject([{ state: 'started' }, { state: 'ended' }]);
  });

  it('the message in work waits too', async () => {
    const { gate, component } = holding();
    await using watched = await runWatchedEngine({
      PACS: { component, alerts: { queueWait: 100 } },
    });
    await watched.engine.service.accept('PACS', numbered(1));
    await until(() => watched.told.length === 1);
    expect(await watched.engine.messages.queues()).toContainEqual(
      expect.objectContaining({ host: 'PACS', queued: 0, delivered: 1 }),
    );
    gate.resolve();
    await until(() => watched.told.length === 2);
  });

  it('a host without work is told of once, until it has some', async () => {
    const { gate, component } = holding();
    gate.resolve();
    await using watched = await runWatchedEngine({
      PACS: { component, alerts: { inactivity: 100 } },
    });
    await until(() => watched.told.length === 1);
    await watched.engine.service.accept('PACS', numbered(1));
    await until(() => watched.told.length >= 2);
    expect(watched.told).toMatchObject([
      { condition: 'inactive', state: 'started', text: 'PACS has had no work for 100 ms' },
      { condition: 'inactive', state: 'ended', alert: 1 },
    ]);
  });
});
