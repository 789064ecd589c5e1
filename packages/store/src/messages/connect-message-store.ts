import type { MessagePort } from 'node:worker_threads';
import type { ClaimedMessage, MessageStore } from '@consort/core';
import { EngineError, PermanentError } from '@consort/core/record';
import type { Method } from './calls.ts';
import { errorFrom, type Call, type Reply } from './wire.ts';

/**
 * The store at the other end of a port, from any thread of the process. See `messageStorePort`.
 * When the thread of the store ends, every call rejects with STORE_UNAVAILABLE. `close` ends the connection only.
 */
export function connectMessageStore(port: MessagePort): MessageStore {
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const assignments = new Map<number, (message: ClaimedMessage) => void>();
  let outgoing: Call[] = [];
  let lastId = 0;
  let isOpen = true;

  port.on('message', (replies: readonly Reply[]) => {
    for (const { id, result, error, assigned } of replies) {
      if (assigned) {
        hand(id, assigned);
        continue;
      }
      const caller = pending.get(id);
      pending.delete(id);
      if (error) caller?.reject(errorFrom(error));
      else caller?.resolve(result);
    }
    // Only a call under way keeps the thread alive.
    if (pending.size === 0) port.unref();
  });
  port.on('close', () => {
    isOpen = false;
    for (const caller of pending.values()) caller.reject(gone());
    pending.clear();
  });
  port.unref();

  function call(method: Method, args: readonly unknown[]): Promise<unknown> {
    if (!isOpen) return Promise.reject(gone());
    const deferred = Promise.withResolvers<unknown>();
    const id = ++lastId;
    if (pending.size === 0) port.ref();
    pending.set(id, deferred);
    dispatch({ id, method, args });
    return deferred.promise;
  }

  function dispatch(one: Call): void {
    outgoing.push(one);
    // What is called in one turn of the event loop, promises' turns included, travels together and is one
    // transaction: waking the other thread costs more than the work.
    if (outgoing.length === 1) process.nextTick(post);
  }

  function hand(id: number, message: ClaimedMessage): void {
    const take = assignments.get(id);
    if (take) return take(message);
    // Where that fails, the next start of the host gives it back.
    call('requeue', [message.claim]).catch(() => undefined);
  }

  function assign(...[host, limits, owner, take]: Parameters<MessageStore['assign']>): () => void {
    const id = ++lastId;
    assignments.set(id, take);
    if (isOpen) dispatch({ id, method: 'assign', args: [host, limits, owner] });
    return () => {
      if (assignments.delete(id) && isOpen) dispatch({ id, method: 'unassign', args: [] });
    };
  }

  function post(): void {
    const calls = outgoing;
    outgoing = [];
    try {
      port.postMessage(calls);
    } catch {
      for (const one of calls) postAlone(one);
    }
  }

  function postAlone(one: Call): void {
    try {
      port.postMessage([one]);
    } catch {
      // The reason is left out: it quotes the value.
      pending.get(one.id)?.reject(notPlain(one.method));
      pending.delete(one.id);
      if (pending.size === 0) port.unref();
    }
  }

  async function close(): Promise<void> {
    await Promise.allSettled([...pending.values()].map(({ promise }) => promise));
    isOpen = false;
    port.close();
  }

  const proxies = methods.map((method) => [method, (...args: unknown[]) => call(method, args)]);
  return {
    ...(Object.fromEntries(proxies) as Omit<MessageStore, 'assign' | 'close'>),
    assign,
    close,
  };
}

const methods: readonly Method[] = [
  'production',
  'hosts',
  'disabledHosts',
  'queues',
  'messages',
  'search',
  'waiting',
  'message',
  'session',
  'lastSession',
  'documentBytes',
  'events',
  'images',
  'studies',
  'legs',
  'place',
  'alerts',
  'activity',
  'traffic',
  'auditTrail',
  'savedSearches',
  'audit',
  'saveSearch',
  'removeSearch',
  'beginAlerts',
  'alertFacts',
  'measurements',
  'tracedLegs',
  'noteAlerts',
  'delivered',
  'send',
  'setTimer',
  'answer',
  'answerInPart',
  'cancel',
  'reply',
  'awaited',
  'instance',
  'defer',
  'resume',
  'deferral',
  'answerDeferred',
  'timeOut',
  'expire',
  'claim',
  'finish',
  'takeResponse',
  'retrying',
  'requeue',
  'answered',
  'troubles',
  'recover',
  'pending',
  'depth',
  'log',
  'setHost',
  'removeHostsExcept',
  'resend',
  'resubmit',
  'discard',
  'abort',
  'purge',
  'unreferencedDocuments',
  'forgetDocument',
  'disableHost',
  'enableHost',
  'setProduction',
  'flush',
];

function gone(): EngineError {
  return new EngineError(
    'STORE_UNAVAILABLE',
    'the message store is closed, or its thread has ended; nothing more can be recorded in this run',
  );
}

function notPlain(method: string): EngineError {
  return new PermanentError(
    'HANDLER_FAILED',
    `cannot ${method} what is not plain data: a message body holds strings, numbers, booleans, null, lists and objects of them`,
  );
}
