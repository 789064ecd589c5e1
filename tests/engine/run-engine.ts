import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineService,
  runHosts,
  type Component,
  type Event,
  type Host,
  type Message,
  type MessageBody,
  type MessageStore,
  type Production,
  type RetryPolicy,
  type RunningHosts,
  type ServiceContext,
  type Transport,
} from '@consort/core';
import { openTransport, startPrivateRedis } from '@consort/redis';
import { openDocumentStore, openMessageStore } from '@consort/store';
import { z } from 'zod';

/** A host as a test writes it. */
export interface TestHost extends Pick<Host, 'replyCodeActions' | 'logTraceEvents'> {
  readonly component: Component;
  readonly settings?: Record<string, unknown>;
  readonly poolSize?: number;
  readonly retry?: RetryPolicy;
  readonly invocation?: 'InProc';
}

/** Hosts on a real record and a real Redis, in the test's own thread. */
export interface TestEngine extends AsyncDisposable {
  readonly messages: MessageStore;
  readonly hosts: RunningHosts;
  readonly transport: Transport;
  readonly events: readonly Event[];
  readonly redisUrl: string;
  /** What the service named `In` can do; the test plays the outside. */
  readonly service: ServiceContext<unknown>;
  /** Goes on with other hosts; the service runs on. */
  update(hosts: Readonly<Record<string, TestHost>>): Promise<void>;
  /** Ends the run as a crash would: nothing is finished, nothing given back; then runs the hosts again. */
  crashAndRunAgain(hosts?: Readonly<Record<string, TestHost>>): Promise<void>;
  session(sessionId: number): Promise<readonly Message[]>;
  /** Resolves when nothing is queued or in progress. */
  idle(): Promise<void>;
}

/** Runs hosts; a service named `In` is added, whose context the test gets. */
export async function runEngine(hosts: Readonly<Record<string, TestHost>>): Promise<TestEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'consort-engine-'));
  const messages = await openMessageStore(directory);
  const documents = await openDocumentStore(join(directory, 'documents'));
  const redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath: join(directory, 'redis.sock'),
    warn: () => undefined,
  });
  const id = (await messages.production())?.id ?? '';
  const events: Event[] = [];
  let run = 0;
  let context: ServiceContext<unknown> | undefined;
  const door = defineService({
    description: 'The outside, played by a test.',
    settings: z.object({}),
    async onInit(given) {
      context = given;
    },
    async onTearDown() {},
  });
  let current = await start(hosts);

  async function start(testHosts: Readonly<Record<string, TestHost>>) {
    context = undefined;
    const production = productionOf({ In: { component: door }, ...testHosts });
    const names = production.hosts.map(({ name }) => name);
    await messages.recover(names, []);
    const transport = await openTransport({ url: redis.url, prefix: `consort-${id}` });
    const running = await runHosts(names, {
      production,
      productionId: id,
      messages,
      documents,
      transport,
      events: { log: (event) => events.push(event) },
      owner: `run-${++run}`,
    }).catch(async (error: unknown) => {
      await transport.close();
      throw error;
    });
    if (!context) throw new Error('the service was not started');
    return { running, transport, context };
  }

  return {
    messages,
    events,
    redisUrl: redis.url,
    get hosts() {
      return current.running;
    },
    get transport() {
      return current.transport;
    },
    get service() {
      return current.context;
    },
    update(others) {
      const next = productionOf({ In: { component: door }, ...others });
      return current.running.update(
        next,
        next.hosts.map(({ name }) => name),
      );
    },
    async crashAndRunAgain(again = hosts) {
      // What hangs in a handler is left hanging; its claims die with the next recover.
      await end(current);
      current = await start(again);
    },
    session: (sessionId) => messages.session(sessionId),
    async idle() {
      for (;;) {
        const queues = await messages.queues();
        if (queues.every(({ queued, delivered }) => queued + delivered === 0)) return;
        await sleep(10);
      }
    },
    async [Symbol.asyncDispose]() {
      await end(current);
      await redis.stop();
      await documents.close();
      await messages.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Stops the hosts; a handler that never returns is not waited for. */
async function end({
  running,
  transport,
}: {
  running: RunningHosts;
  transport: Transport;
}): Promise<void> {
  await running.stop(0);
  await Promise.race([transport.close(), sleep(1_000)]);
}

/** A body for tests that carries a number. */
export function numbered(number: number): MessageBody {
  return { type: 'test.number', number };
}

function productionOf(hosts: Readonly<Record<string, TestHost>>): Production {
  return {
    name: 'Test',
    file: '/dev/null',
    shutdownTimeout: 10_000,
    updateTimeout: 10_000,
    testingEnabled: false,
    retention: { completed: Infinity, failed: Infinity, minFreeSpace: 0, refuseBelow: 0 },
    hosts: Object.entries(hosts).map(
      ([name, { component, settings = {}, poolSize = 1, retry, invocation, ...more }]): Host => ({
        name,
        kind: component.kind,
        componentName: 'test',
        component,
        poolSize,
        settings,
        origins: {},
        ...(retry ? { retry } : {}),
        ...(invocation ? { invocation } : {}),
        ...more,
      }),
    ),
  };
}
