import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { EngineError, loadProduction, runHosts, type Event, type EventLog } from '@consort/core';
import { openTransport } from '@consort/redis';
import { connectMessageStore, openDocumentStore } from '@consort/store';
import { loadComponent } from '../load-component.ts';
import type { FromThread, ThreadData, ToThread } from './thread-of-hosts.ts';

// The entry of a worker thread: it runs the hosts it is told to, on connections of its own.
const data = workerData as ThreadData;
const tell = (message: FromThread) => parentPort?.postMessage(message);

try {
  const messages = connectMessageStore(data.storePort);
  const documents = await openDocumentStore(join(data.dataDirectory, 'documents'));
  const transport = await openTransport({
    url: data.redisUrl,
    prefix: data.prefix,
    warn: (text) => tell({ type: 'event', event: { type: 'Warning', code: 'REDIS_UNFIT', text } }),
  });
  const { production } = await loadProduction(data.file, { load: loadComponent, env: data.env });
  if (!production)
    throw new EngineError('PRODUCTION_INVALID', `${data.file} has changed since it was checked`);
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

  parentPort?.on('message', (message: ToThread) => {
    void hosts
      .stop(message.grace)
      .catch((error: unknown) => tell({ type: 'failed', ...plain(error) }))
      // A handler that never returns keeps its job; it must not keep the thread.
      .then(() => Promise.race([transport.close(), sleep(2_000)]))
      .then(() => documents.close())
      .finally(() => {
        tell({ type: 'stopped' });
        process.exit(0); // Ends this thread only: what a handler left open must not keep it.
      });
  });
  reportPulse();
  tell({ type: 'running' });
} catch (error) {
  tell({ type: 'failed', ...plain(error) });
  process.exit(1);
}

function reportPulse(): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const timer = setInterval(() => {
    tell({ type: 'pulse', lagP99: delay.percentile(99) / 1e6, lagMax: delay.max / 1e6 });
    delay.reset();
  }, 1_000);
  timer.unref();
}

function plain(error: unknown) {
  const code = error instanceof EngineError ? error.code : 'HOST_START_FAILED';
  return { code, text: error instanceof Error ? error.message : String(error) } as const;
}
