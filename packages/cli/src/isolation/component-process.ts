import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PermanentError, type Component } from '@consort/core';
import { openDocumentStore } from '@consort/store/connected';
import { loadComponent } from '../load-component.ts';
import { contextInChild } from './context-in-child.ts';
import { plainError } from './plain-error.ts';
import type { Beginning, FromChild, ToChild } from './wire.ts';

// The entry of a component's own process: it runs the handlers that it is told to, and has the rest done by its host.

type Handlers = Readonly<
  Record<string, ((first: unknown, context: unknown) => unknown) | undefined>
>;

const tell = (message: FromChild) => void process.send?.(message);
const watcher = new Worker(new URL('./watch-parent.ts', import.meta.url), {
  workerData: process.ppid,
});
watcher.unref();
process.once('disconnect', () => process.exit(0));

process.once('message', (message: ToChild) => {
  if (message.type !== 'begin') return;
  begin(message).catch((error: unknown) => tell({ type: 'failed', error: plainError(error) }));
});

async function begin(beginning: Beginning): Promise<void> {
  const { componentName, folder, dataDirectory, refuseBelow } = beginning;
  const component = await loadComponent(componentName, folder);
  if (component.kind === 'service') throw isService(componentName);
  const inChild = contextInChild(tell, beginning);
  let given: Readonly<Record<string, unknown>> = {};
  const generators = new Map<number, AsyncGenerator>();

  process.on('message', (message: ToChild) => {
    if (message.type === 'call') void call(message);
    if (message.type === 'step') void step(message.id, message.verb);
    if (message.type === 'abort') inChild.abort(message.id);
    if (message.type === 'end') end(message.id);
    if (message.type === 'answer') {
      inChild.answered(
        message.ask,
        'value' in message ? message.value : undefined,
        'error' in message ? message.error : undefined,
      );
    }
    if (message.type === 'tearDown') void tearDown();
  });

  async function call({ id, handler, first, request, instance }: ToChild & { type: 'call' }) {
    const context = inChild.contextOf(id, { ...given, request, instance });
    try {
      const result = (component as unknown as Handlers)[handler]?.(first, context);
      if (isGenerator(result)) {
        generators.set(id, result);
        return await step(id, 'next');
      }
      tell({ type: 'done', id, value: await result, instance });
    } catch (error) {
      tell({ type: 'done', id, error: plainError(error) });
    }
  }

  async function step(id: number, verb: 'next' | 'return'): Promise<void> {
    try {
      const generator = generators.get(id);
      const value = verb === 'next' ? await generator?.next() : await generator?.return(undefined);
      tell({ type: 'done', id, value });
    } catch (error) {
      tell({ type: 'done', id, error: plainError(error) });
    }
  }

  function end(id: number): void {
    generators.delete(id);
    inChild.end(id);
  }

  async function tearDown(): Promise<void> {
    try {
      await (component as { onTearDown?: (state: unknown) => unknown } | undefined)?.onTearDown?.(
        given['state'],
      );
      tell({ type: 'tornDown' });
    } catch (error) {
      tell({ type: 'failed', error: plainError(error) });
    }
  }

  const documents = await openDocumentStore(join(dataDirectory, 'documents'), {
    refuseBelow,
    isRoomToCome: async () => (await inChild.ask(0, 'isRoomToCome')) === true,
  });
  const context = inChild.contextOf(0, { documents });
  const state: unknown = await component.onInit?.(context as never);
  given = { documents, state };
  const detail = component.kind === 'operation' ? component.describe?.(state) : undefined;
  tell({ type: 'ready', ...(detail === undefined ? {} : { detail }) });
  beat(component, state);
}

/** Says each second that the event loop turns, and what an operation would say if it were asked. */
function beat(component: Component, state: unknown): void {
  const say = () => {
    const { connections, measures } = component.kind === 'operation' ? component : {};
    const known = quietly(() => connections?.(state));
    tell({ type: 'pulse', connections: known, measures: quietly(() => measures?.(state)) });
  };
  say();
  setInterval(say, 1_000);
}

function quietly<Item>(look: () => readonly Item[] | undefined): readonly Item[] {
  try {
    return look() ?? [];
  } catch {
    return [];
  }
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isService(name: string): PermanentError {
  return new PermanentError(
    'CHILD_NOT_STARTED',
    `${name} is a service by now; a process or an operation is expected`,
  );
}
