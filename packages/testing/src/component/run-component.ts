import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defineService,
  runHosts,
  type Component,
  type DocumentStore,
  type Event,
  type MessageBody,
  type MessageStore,
  type NewRequest,
  type RunningHosts,
  type ServiceContext,
} from '@consort/core';
import { openDocumentStore, openMessageStore } from '@consort/store';
import { z } from 'zod';
import { memoryTransport } from './memory-transport.ts';
import { productionAround, type ComponentOptions } from './production-around.ts';
import { setTime, type SetTime } from './set-time.ts';

/** What a component under test sent. */
export interface SentRequest {
  readonly target: string;
  readonly body: MessageBody;
}

/** A component that runs in a production of its own, whose other hosts a test plays. */
export interface RunningComponent {
  readonly messages: MessageStore;
  readonly documents: DocumentStore;
  readonly hosts: RunningHosts;
  readonly time: SetTime;
  readonly events: readonly Event[];
  /** What it sent and took in, oldest first. */
  readonly sent: readonly SentRequest[];
  /** The service that brings requests from outside. */
  readonly outside: ServiceContext<unknown>;
  stop(): Promise<void>;
}

/**
 * Runs a component as the engine does: the same host runtime, the same record and document store, in a temporary
 * folder. Only the queues are in memory, and the time is the test's.
 * @throws Error with what `production check` says of the settings; whatever `onInit` throws
 */
export async function runComponent(
  component: Component,
  options: ComponentOptions,
): Promise<RunningComponent> {
  const opened: { readonly context?: ServiceContext<unknown> } = {};
  const folder = await mkdtemp(join(tmpdir(), 'consort-component-'));
  const closers: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const production = await productionAround(component, outside(opened), folder, options);
    const messages = await openMessageStore(folder);
    closers.push(() => messages.close());
    const documents = await openDocumentStore(join(folder, 'documents'));
    closers.push(() => documents.close());
    const time = setTime();
    const events: Event[] = [];
    const sent: SentRequest[] = [];
    const names = production.hosts.map(({ name }) => name);
    const hosts = await runHosts(names, {
      production,
      productionId: (await messages.production())?.id ?? '',
      messages: noting(messages, options.host, sent),
      documents,
      transport: memoryTransport(),
      events: { log: (event) => void events.push(event) },
      owner: 'test',
      time,
    });
    closers.push(() => hosts.stop(0));
    const { context } = opened;
    if (!context) throw new Error('the service that plays the outside was not started');
    return { messages, documents, hosts, time, events, sent, outside: context, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function outside(opened: { context?: ServiceContext<unknown> }) {
  return defineService({
    description: 'The outside, played by a test.',
    settings: z.object({}),
    async onInit(context) {
      opened.context = context;
    },
    async onTearDown() {},
  });
}

/** The record, and a note of each request that the component under test makes. */
function noting(messages: MessageStore, host: string, sent: SentRequest[]): MessageStore {
  return {
    ...messages,
    async send(request: NewRequest) {
      const recorded = await messages.send(request);
      const { source, target, body } = request;
      if (source === host && recorded.isNew) sent.push({ target, body });
      return recorded;
    },
  };
}
