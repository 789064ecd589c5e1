import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageBody } from '@consort/core';
import { startTestProduction, type TestProduction } from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

/** Does with its process what it is told to. */
const unruly = `import { setTimeout as sleep } from 'node:timers/promises';
import { defineProcess, PermanentError } from '@consort/core';
import { z } from 'zod';

let handled = 0;
export default defineProcess({
  description: 'Does what it is told.',
  settings: z.object({}),
  async onRequest({ body }) {
    handled += 1;
    switch (body.does) {
      case 'block': for (;;);
      case 'exit': process.exit(7);
      case 'throw': throw new PermanentError('HANDLER_FAILED', 'as told');
      case 'wait': await sleep(Number(body.time));
    }
    return { type: 'done', pid: process.pid, handled };
  },
});
`;

/** Uses everything that a context has. */
const thorough = `import { defineProcess, target } from '@consort/core';
import { z } from 'zod';

export default defineProcess({
  description: 'Uses everything.',
  settings: z.object({ operation: target(), pattern: z.string().transform((text) => new RegExp(text)) }),
  instance: z.object({ heard: z.array(z.string()).default([]), at: z.number().default(0) }),
  onInit: ({ host, production }) => ({ host, production: production.name }),
  async onRequest({ body, header }, context) {
    const { settings, state, documents, instance } = context;
    const file = await documents.create();
    await file.write(Buffer.from('a new document'));
    const { digest } = await file.commit();
    const handle = await documents.open(digest);
    const text = String(await handle.readFile());
    await handle.close();
    const double = await context.sendRequestSync(settings.operation, { type: 'number', number: 21 });
    const failure = await context
      .sendRequestSync(settings.operation, { type: 'number', number: 'none' })
      .catch(({ name, code, origin }) => ({ name, code, origin }));
    const nowhere = await context.sendRequestAsync('Nobody', body).catch(({ code }) => code);
    await context.sendRequestAsync(settings.operation, { type: 'number', number: 2 }, { responseRequired: true, completionKey: 'two' });
    await context.setTimer(10, 'tick');
    const legs = await context.record.legs(header.sessionId);
    context.log({ type: 'Info', code: 'SEEN', text: 'seen in a process of its own' });
    context.delivered({ peer: 'somebody', status: 'told', digest, size: text.length });
    instance.heard.push('began');
    instance.at = 7;
    await context.reply({
      type: 'facts', pid: process.pid, text, double, failure, nowhere, state,
      isPattern: settings.pattern.test('abc'), legs: legs.length, origin: context.origin('operation'),
    });
  },
  onResponse({ completionKey, body }, { instance }) {
    instance.heard.push(completionKey + ' ' + (body.number ?? body.type));
  },
  onComplete(_request, { instance, log }) {
    log({ type: 'Info', code: 'HEARD', text: [...instance.heard].sort().join(', ') + ' ' + instance.at });
  },
});
`;

const doubling = `import { defineOperation, PermanentError } from '@consort/core';
import { z } from 'zod';

export default defineOperation({
  description: 'Doubles.',
  settings: z.object({}),
  onInit: () => ({ count: 0 }),
  describe: () => 'doubles in ' + process.pid,
  measures: (state) => [{ name: 'doubled', help: 'What was doubled.', kind: 'counter', value: state.count }],
  onMessage({ body }, { state }) {
    if (typeof body.number !== 'number') throw new PermanentError('VALUE_INVALID', 'that is no number');
    state.count += 1;
    return { type: 'number', number: 2 * body.number };
  },
});
`;

const file = `name: Isolated
testingEnabled: true
processes:
  Unruly:
    component: ./unruly.ts
    isolation: process
    isolationLimits: { memory: 64, silence: 2s }
    retry: { interval: 100ms, timeout: 0s }
  Shared:
    component: ./unruly.ts
    poolSize: 4
    isolation: process
    retry: { interval: 100ms, timeout: 0s }
  InThread: { component: ./unruly.ts }
  Resigned:
    component: ./unruly.ts
    isolation: process
    replyCodeActions: E#CHILD_ENDED=F
  Thorough:
    component: ./thorough.ts
    isolation: process
    settings: { operation: Doubling, pattern: b }
operations:
  Doubling: { component: ./doubling.ts, isolation: process, retry: { interval: 100ms, timeout: 0s } }
`;

let folder: string;
let production: TestProduction;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-isolation-'));
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  const files = { 'unruly.ts': unruly, 'thorough.ts': thorough, 'doubling.ts': doubling };
  for (const [name, text] of Object.entries({ ...files, 'production.yaml': file })) {
    await writeFile(join(folder, name), text);
  }
  production = await startTestProduction(join(folder, 'production.yaml'));
});
afterAll(async () => {
  await production.stop();
  await rm(folder, { recursive: true });
});

/** Sends to a host as an operator does, and resolves with what is known of the message once it has ended. */
async function ask(target: string, body: MessageBody) {
  const { running } = production;
  const { id, sessionId } = await running.messages.send({
    source: '_TestingService',
    sourceType: 'Unknown',
    target,
    targetType: target === 'Doubling' ? 'BusinessOperation' : 'BusinessProcess',
    body,
    priority: 'Sync',
    responseRequired: true,
  });
  await running.transport.wake(target, [{ messageId: id, sessionId, bodyType: body.type }]);
  for (;;) {
    const message = await production.messages.message(id);
    const { status = 'Created' } = message?.header ?? {};
    if (['Completed', 'Error', 'Suspended'].includes(status)) {
      const legs = await production.messages.session(sessionId);
      const response = legs.find(({ header }) => header.correspondingMessageId === id);
      const { errorStatus, attempts } = message?.header ?? {};
      return { id, status, attempts, error: errorStatus, answer: response?.body };
    }
    await sleep(20);
  }
}

const told = (does: string, more: object = {}): MessageBody => ({ type: 'told', does, ...more });
const pidOf = (answered: { answer?: MessageBody | undefined }) => Number(answered.answer?.['pid']);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describeWith(['redis'], 'isolation: process', () => {
  it('has the handlers of a component run in one process of its own, with all that a context can do', async () => {
    const { status, answer, error } = await ask('Thorough', { type: 'begin' });
    await production.idle();

    expect(error).toBeUndefined();
    expect(status).toBe('Completed');
    expect(answer).toMatchObject({
      type: 'facts',
      text: 'a new document',
      double: { number: 42 },
      failure: {
        name: 'PermanentError',
        code: 'REQUEST_FAILED',
        origin: { host: 'Doubling', code: 'VALUE_INVALID' },
      },
      nowhere: 'TARGET_UNKNOWN',
      state: { host: 'Thorough', production: 'Isolated' },
      isPattern: true,
      origin: `${join(folder, 'production.yaml')}:22:28`,
    });
    expect(Number(answer?.['pid'])).not.toBe(process.pid);
    expect(production.events).toContainEqual(
      expect.objectContaining({
        host: 'Thorough',
        code: 'HEARD',
        text: 'began, tick timer, two 4 7',
      }),
    );
    expect(production.events).toContainEqual(
      expect.objectContaining({ code: 'SEEN', host: 'Thorough', sessionId: expect.any(Number) }),
    );
    const hosts = await production.messages.hosts();
    expect(hosts.find(({ name }) => name === 'Doubling')?.detail).toMatch(/^doubles in \d+$/);
    // Its measures come with its next pulse.
    await expect
      .poll(() => measuresOf('Doubling'), { timeout: 30_000 })
      .toMatchObject([{ name: 'doubled', value: 2 }]);
  });

  it.each([
    ['block', 'its event loop was blocked for 2 s'],
    ['exit', 'it ended with exit code 7'],
  ])(
    'sets a message aside that ends its process three times (%s), and goes on with the next; the thread beside it never notices',
    async (does, why) => {
      const before = await ask('InThread', told('nothing'));
      const ending = ask('Unruly', told(does));
      const next = ask('Unruly', told('nothing'));
      const beside = await ask('InThread', told('nothing'));

      expect(await ending).toMatchObject({
        status: 'Suspended',
        attempts: 2,
        error: { code: 'MESSAGE_SET_ASIDE', text: expect.stringContaining(why) },
        answer: undefined,
      });
      expect(await next).toMatchObject({ status: 'Completed', answer: { handled: 1 } });
      expect(pidOf(beside)).toBe(process.pid);
      expect(Number(beside.answer?.['handled'])).toBe(Number(before.answer?.['handled']) + 1);
    },
  );

  it('an error is the error of its handler, and ends no process', async () => {
    const before = await ask('Unruly', told('nothing'));
    const failed = await ask('Unruly', told('throw'));
    const after = await ask('Unruly', told('nothing'));
    expect(failed).toMatchObject({
      status: 'Error',
      error: { code: 'HANDLER_FAILED', text: 'as told' },
    });
    expect(pidOf(after)).toBe(pidOf(before));
    expect(isAlive(pidOf(after))).toBe(true);
  });

  it('with several workers blames the one message that did it, and none of its neighbours', async () => {
    const all = await Promise.all([
      ask('Shared', told('wait', { time: 1_000 })),
      ask('Shared', told('wait', { time: 1_000 })),
      ask('Shared', told('exit')),
      ask('Shared', told('wait', { time: 1_000 })),
      ask('Shared', told('nothing')),
    ]);
    expect(all.map(({ status }) => status)).toEqual([
      'Completed',
      'Completed',
      'Suspended',
      'Completed',
      'Completed',
    ]);
  });

  it('a reply code action for the end of its process comes first', async () => {
    const [failed, next] = [
      await ask('Resigned', told('exit')),
      await ask('Resigned', told('nothing')),
    ];
    expect(failed).toMatchObject({ status: 'Error', attempts: 0, error: { code: 'CHILD_ENDED' } });
    expect(next.status).toBe('Completed');
  });

  it('the alert of a process that ends comes without asking, and is one for each host', async () => {
    await expect
      .poll(
        async () =>
          (await production.messages.alerts({ isOpen: true }))
            .map(({ condition, host }) => `${condition} ${host}`)
            .toSorted(),
        { timeout: 30_000 },
      )
      .toEqual(['deadWorker Resigned', 'deadWorker Shared', 'deadWorker Unruly']);
  });

  it('a stop ends its processes', async () => {
    const pids = [await ask('Unruly', told('nothing')), await ask('Shared', told('nothing'))].map(
      pidOf,
    );
    expect(pids.map(isAlive)).toEqual([true, true]);
    await production.stop();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });
});

function measuresOf(host: string) {
  return [...production.running.pulses.values()].flatMap(({ measures }) => measures[host] ?? []);
}
