import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineOperation,
  watchAlerts,
  type AlertBody,
  type AlertWatch,
  type Event,
  type HostAlerts,
  type Production,
} from '@consort/core';
import { z } from 'zod';
import { runEngine, type TestEngine, type TestHost } from '../engine/run-engine.ts';

/** A host, and what there are to be alerts about. */
export interface WatchedTestHost extends TestHost {
  readonly alerts?: HostAlerts;
}

/** An engine that is looked at for alerts: every 20 ms, and a failing is over after 200 ms. */
export interface WatchedEngine extends AsyncDisposable {
  readonly engine: TestEngine;
  /** What the host named Told has been told, oldest first. */
  readonly told: readonly AlertBody[];
  /** What stood on the console. */
  readonly events: readonly Event[];
  /** Stops looking; hosts run on. */
  stopWatching(): Promise<void>;
  /** Looks again, as the next run does. */
  watch(): Promise<void>;
}

/** Runs hosts and an operation named Told, who is told of alerts. */
export async function runWatchedEngine(
  hosts: Readonly<Record<string, WatchedTestHost>>,
): Promise<WatchedEngine> {
  const told: AlertBody[] = [];
  const events: Event[] = [];
  const telling = defineOperation({
    description: 'Keeps what it is told.',
    settings: z.object({}),
    onMessage: ({ body }) => void told.push(body as AlertBody),
  });
  const all: Readonly<Record<string, WatchedTestHost>> = { ...hosts, Told: { component: telling } };
  const engine = await runEngine(all);
  const production: Production = {
    name: 'Test',
    file: '/dev/null',
    alerts: { target: 'Told' },
    shutdownTimeout: 10_000,
    updateTimeout: 10_000,
    testingEnabled: false,
    retention: { completed: Infinity, failed: Infinity, minFreeSpace: 0, refuseBelow: 0 },
    hosts: Object.entries(all).map(([name, { component, alerts }]) => ({
      name,
      kind: component.kind,
      componentName: 'test',
      component,
      poolSize: 1,
      settings: {},
      origins: {},
      ...(alerts ? { alerts } : {}),
    })),
  };
  let watching: AlertWatch | undefined;

  async function watch(): Promise<void> {
    const { messages, transport } = engine;
    const console = { write: (event: Event) => void events.push(event) };
    watching = await watchAlerts(
      { production: () => production, messages, transport, console },
      { interval: 20, quiet: 200 },
    );
  }
  await watch();

  return {
    engine,
    told,
    events,
    watch,
    stopWatching: async () => watching?.close(),
    async [Symbol.asyncDispose]() {
      await watching?.close();
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** Resolves once something is so. */
export async function until(condition: () => unknown): Promise<void> {
  while (!(await condition())) await sleep(10);
}
