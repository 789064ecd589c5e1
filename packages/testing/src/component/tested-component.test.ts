import {
  defineOperation,
  defineProcess,
  defineService,
  duration,
  secret,
  target,
  type Component,
  type MessageBody,
} from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../../../../tests/house/root.ts';
import { fails, never } from './replies.ts';
import { testOperation, testProcess, testService } from './tested-component.ts';
import { makeImage } from '../make-image.ts';
import { setTime } from './set-time.ts';
import { stopTests } from '../stop-tests.ts';

afterEach(stopTests);

const asking = defineProcess({
  description: 'Asks and repeats the answer.',
  settings: z.object({ target: target(), patience: duration().prefault('1h') }),
  async onRequest({ body }, { settings, sendRequestSync }) {
    return sendRequestSync(settings.target, body, { timeout: settings.patience });
  },
});

/** A component that an example of the project has. */
async function example(path: string): Promise<Extract<Component, { kind: 'process' }>> {
  const url = new URL(`file://${root(`productions/${path}`)}`).href;
  return ((await import(url)) as { default: Extract<Component, { kind: 'process' }> }).default;
}

const number = (value: number): MessageBody => ({ type: 'number', number: value });

it('shows what a process sent to whom, and gives it the replies that were scripted, in their order', async () => {
  const process = await testProcess(asking, {
    settings: { target: 'Left' },
    replies: { Left: [number(1), ({ body }) => number(Number(body['number']) * 2)] },
  });
  expect(await process.request(number(7))).toMatchObject({ status: 'Completed', body: number(1) });
  expect(await process.request(number(8))).toMatchObject({ body: number(16) });
  expect(await process.request(number(9))).toMatchObject({ body: number(18) });
  expect(process.sent).toEqual([7, 8, 9].map((n) => ({ target: 'Left', body: number(n) })));
});

it('fails as in a production: the sender of a request that failed gets REQUEST_FAILED and where it began', async () => {
  const process = await testProcess(asking, {
    settings: { target: 'Left' },
    replies: { Left: fails('DISK_FULL', 'no room') },
  });
  const { status, error } = await process.request(number(1));
  expect(status).toBe('Error');
  expect(error).toMatchObject({
    code: 'REQUEST_FAILED',
    origin: { host: 'Left', code: 'DISK_FULL' },
  });
  expect(process.events).toContainEqual(
    expect.objectContaining({ type: 'Error', code: 'REQUEST_FAILED', host: 'Tested' }),
  );
});

it('waits for a target that never answers as long as the test lets time pass', async () => {
  const process = await testProcess(await example('semantics/ask-with-patience.ts'), {
    settings: { target: 'Slow', patience: '10m' },
    replies: { Slow: never },
  });
  const sent = await process.send(number(1));
  await process.passTime(599_000);
  expect((await sent.header()).status).toBe('Delivered');
  await process.passTime(1_000);
  expect(await sent.response).toMatchObject({ status: 'Completed', body: { type: 'no.answer' } });
});

it('runs a process instance: its responses, its timers, its time-outs and what it keeps', async () => {
  const process = await testProcess(await example('semantics/ask-both.ts'), {
    settings: { left: 'Left', right: 'Right', within: '1h' },
    replies: { Left: number(1), Right: never },
  });
  const sent = await process.send(number(21));
  await expect.poll(() => sent.instance(), { timeout: 20_000 }).toEqual({ answers: { left: 1 } });
  await process.passTime(3_600_000);
  expect(await sent.response).toMatchObject({ body: { type: 'answers', left: 1 } });
  expect(process.sent.map(({ target: to }) => to)).toEqual(['Left', 'Right']);
  expect(process.events.map(({ code }) => code)).toContain('REQUEST_TIMEOUT');
});

it('gives all answers of a process that answers one by one', async () => {
  const counting = defineProcess({
    description: 'Counts.',
    settings: z.object({}),
    async *onRequest({ body }) {
      for (let n = 1; n < Number(body['number']); n++) yield number(n);
      return number(Number(body['number']));
    },
  });
  const process = await testProcess(counting);
  const { bodies } = await process.request(number(3));
  expect(bodies).toEqual([number(1), number(2), number(3)]);
});

it('tries an operation again, suspends or disables it by its replyCodeActions and its retry', async () => {
  let tries = 0;
  const failing = defineOperation({
    description: 'Fails twice.',
    settings: z.object({ password: secret(), fails: z.int().default(2) }),
    onMessage({ body }, { settings }) {
      if (++tries <= settings.fails) throw new Error('not yet');
      return body;
    },
  });
  const operation = await testOperation(failing, {
    settings: { password: '${PASSWORD}' },
    env: { PASSWORD: 'open' },
    keys: { retry: { interval: '1h', timeout: '3h' } },
  });
  const sent = await operation.send(number(1));
  await operation.passTime(3_600_000);
  await operation.passTime(3_600_000);
  expect(await sent.response).toMatchObject({ status: 'Completed', body: number(1) });
  expect(tries).toBe(3);

  const suspending = await testOperation(failing, {
    settings: { password: '${PASSWORD}', fails: 9 },
    env: { PASSWORD: 'open' },
    keys: { replyCodeActions: 'E=S' },
  });
  expect(await suspending.request(number(1))).toMatchObject({
    status: 'Suspended',
    error: { code: 'REQUEST_FAILED', text: 'the request was set aside: not yet' },
  });
});

it('keeps real documents, and a process of an example answers the image it is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'consort-made-'));
  const storing = await example('pacs-to-file/storage-local.ts');
  const process = await testProcess(storing, { settings: { fileOperation: 'File' } });
  const image = await process.store(await makeImage(join(folder, 'one.dcm')));
  const { body } = await process.request(image);
  const request = { header: (await process.record.message(1))!.header, body: image };
  expect(body).toEqual(storageResponse(request));
  expect(process.sent).toMatchObject([
    { target: 'File', body: { document: { digest: image.document?.digest } } },
  ]);
  await rm(folder, { recursive: true });
});

it('checks the settings by the schema of the component, with its words', async () => {
  await expect(testProcess(asking, { settings: { tarjet: 'Left' } })).rejects.toThrow(
    /unknown key "tarjet"[^]*write instead: target/,
  );
  await expect(
    testProcess(asking, { settings: { target: 'Left', patience: 'long' } }),
  ).rejects.toThrow(/patience: "long" is not a duration/);
});

it('opens the door of a service, and shows what it took in', async () => {
  const lines = defineService({
    description: 'Takes what a connection sends.',
    settings: z.object({ target: target() }),
    async onInit({ accept, settings }) {
      const server = createServer((socket) => {
        const take = async (bytes: Buffer) => {
          const text = bytes.toString();
          const accepted = await accept(settings.target, { type: 'line', text });
          const answer = await accepted.answer(60_000);
          await answer.settle({ status: 'Completed' });
          socket.end(z.string().parse(answer.body?.['text']));
        };
        socket.on('data', (bytes: Buffer) => void take(bytes));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    },
    async onTearDown(server) {
      await new Promise((resolve) => server.close(resolve));
    },
    describe: (server) => `listens on ${(server.address() as AddressInfo).port}`,
  });
  const service = await testService(lines, {
    settings: { target: 'Process' },
    replies: { Process: { type: 'line', text: 'good bye' } },
  });
  const hosts = await service.record.hosts();
  const { detail } = hosts.find(({ name }) => name === 'Tested')!;
  const socket = connect(Number(detail?.split(' ').at(-1)), '127.0.0.1');
  socket.write('hello');
  const [said] = await socket.toArray();
  expect(String(said)).toBe('good bye');
  expect(service.sent).toEqual([{ target: 'Process', body: { type: 'line', text: 'hello' } }]);
});

it('starts and stops a host by its schedule as time passes', async () => {
  const answering = defineProcess({
    description: 'Answers.',
    settings: z.object({}),
    onRequest: ({ body }) => body,
  });
  const process = await testProcess(answering, {
    keys: { schedule: 'START:*-*-*T00:00:00,STOP:*-*-*T12:00:00' },
  });
  const status = async () =>
    (await process.record.hosts()).find(({ name }) => name === 'Tested')?.status;
  const first = await status();
  const second = first === 'Running' ? 'Stopped' : 'Running';
  for (const wanted of [second, first]) {
    await process.passTime(12 * 3_600_000);
    await expect.poll(status, { timeout: 20_000 }).toBe(wanted);
  }
});

it('says that nothing waits for the clock, instead of waiting for ever', async () => {
  await expect(setTime().pass(1_000, 10)).rejects.toThrow('no time can pass');
});
