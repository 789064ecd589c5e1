import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import {
  EngineError,
  loadProduction,
  runHosts,
  type Event,
  type EventLog,
  type Production,
  type RunningHosts,
} from '@consort/core';
import { openTransport } from '@consort/redis';
import { connectMessageStore, openDocumentStore } from '@consort/store/connected';
import { isolator } from '../isolation/isolated-component.ts';
import { componentLoader } from '../load-component.ts';
import { roomToCome } from '../operate/room-to-come.ts';
import type {
  FromThread,
  HostChange,
  NewVersion,
  ThreadData,
  ToThread,
} from './thread-of-hosts.ts';

// The entry of a worker thread: it runs the hosts it is told to, on connections of its own.
const data = workerData as ThreadData;
/** The version that runs and the one before it. */
const loaded = new Map<number, Production>();
const tell = (message: FromThread) => parentPort?.postMessage(message);

try {
  const messages = connectMessageStore(data.storePort);
  const transport = await openTransport({
    url: data.redisUrl,
    prefix: data.prefix,
    warn: (text) => tell({ type: 'event', event: { type: 'Warning', code: 'REDIS_UNFIT', text } }),
  });
  const isRoomToCome = roomToCome(messages);
  let refuseBelow = 0;
  const isolate = isolator({
    dataDirectory: data.dataDirectory,
    refuseBelow: () => refuseBelow,
    isRoomToCome,
  });
  const production = isolate(await load(data));
  refuseBelow = production.retention.refuseBelow;
  const documents = await openDocumentStore(join(data.dataDirectory, 'documents'), {
    refuseBelow,
    isRoomToCome,
  });
  const events: EventLog = {
    log(event: Event) {
      tell({ type: 'event', event });
    },
  };
  const hosts = await runHosts(data.hostNames, {
    production,
    productionId: data.productionId,
    messages,
    documents,
    transport,
    events,
    owner: data.owner,
  });

  const apply = (change: HostChange) => {
    if (change.verb === 'start') return hosts.startHost(change.name);
    if (change.verb === 'stop') return hosts.stopHost(change.name, change.grace);
    return hosts.disableHost(change.name, change.grace, change.by, change.reason);
  };
  const update = async (version: NewVersion) => {
    const next = isolate(await load(version));
    refuseBelow = next.retention.refuseBelow;
    documents.setRefuseBelow(refuseBelow);
    await hosts.update(next, version.hostNames);
  };
  parentPort?.on('message', (message: ToThread) => {
    if (message.type === 'connections') {
      return tell({ type: 'connections', id: message.id, connections: hosts.connections() });
    }
    if (message.type !== 'stop') {
      const { id } = message;
      (message.type === 'change' ? apply(message.change) : update(message)).then(
        () => tell({ type: 'changed', id }),
        (error: unknown) => tell({ type: 'changed', id, error: plain(error) }),
      );
      return;
    }
    void hosts
      .stop(message.grace)
      .catch((error: unknown) => {
        const text = `not everything of ${data.hostNames.join(', ')} was stopped as it should: ${plain(error).text}`;
        events.log({ type: 'Error', code: 'HOST_STOP_FAILED', text });
      })
      // A handler that never returns keeps its job; it must not keep the thread.
      .then(() => Promise.race([transport.close(), sleep(2_000)]))
      .then(() => documents.close())
      .finally(() => {
        tell({ type: 'stopped' });
        process.exit(0); // Ends this thread only: what a handler left open must not keep it.
      });
  });
  reportPulse(hosts);
  tell({ type: 'running' });
} catch (error) {
  tell({ type: 'failed', ...plain(error) });
  process.exit(1);
}

/**
 * Loads a version, or gives back the one that ran before it, with the code that it had.
 * @throws EngineError PRODUCTION_INVALID: what a component says of its settings may change between two looks
 */
async function load({
  version,
  file,
  bytes,
  env,
}: Omit<NewVersion, 'hostNames'>): Promise<Production> {
  const before = loaded.get(version);
  const { production, findings } = before
    ? { production: before, findings: [] }
    : await loadProduction(file, { ...componentLoader, env, bytes });
  if (production) {
    const [last] = [...loaded].slice(-1);
    loaded.clear();
    if (last) loaded.set(...last);
    loaded.set(version, production);
    return production;
  }
  const first = findings.find(({ severity }) => severity === 'error');
  throw new EngineError(
    'PRODUCTION_INVALID',
    `${file} was in order when it was checked and is not now: ${first?.message}; see production check`,
  );
}

function reportPulse(hosts: RunningHosts): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const timer = setInterval(() => {
    tell({
      type: 'pulse',
      lagP99: delay.percentile(99) / 1e6,
      lagMax: delay.max / 1e6,
      measures: hosts.measures(),
    });
    delay.reset();
  }, 1_000);
  timer.unref();
}

function plain(error: unknown) {
  const code = error instanceof EngineError ? error.code : 'HOST_START_FAILED';
  if (!(error instanceof Error)) return { code, text: String(error) } as const;
  const first = error.cause instanceof Error ? error.cause : error;
  return { code, text: error.message, ...(first.stack && { stack: first.stack }) } as const;
}
