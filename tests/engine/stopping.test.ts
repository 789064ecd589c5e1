import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { defineOperation, defineProcess, defineService } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine, type TestEngine } from './run-engine.ts';

const none = z.object({});

const answering = defineOperation({
  description: 'Answers.',
  settings: none,
  onMessage: ({ body }) => body,
});

const endingBadly = defineOperation({
  description: 'Answers, and cannot end.',
  settings: none,
  onMessage: ({ body }) => body,
  onTearDown() {
    throw new Error('the archive did not say goodbye');
  },
});

describe('a host that stops', () => {
  it('is stopped when its component throws, and an update goes on and says so', async () => {
    await using engine = await runEngine({
      First: { component: endingBadly },
      Last: { component: answering },
    });
    await engine.update({
      First: { component: endingBadly, poolSize: 2 },
      Last: { component: answering, poolSize: 2 },
    });

    expect(await statesOf(engine)).toEqual(['First Running 2', 'In Running 1', 'Last Running 2']);
    expect(engine.events).toContainEqual({
      type: 'Error',
      code: 'HOST_STOP_FAILED',
      text: 'First is stopped, and this failed on the way: the archive did not say goodbye',
      host: 'First',
    });
    for (const name of ['First', 'Last']) {
      const accepted = await engine.service.accept(name, numbered(1));
      const answer = await accepted.answer(10_000);
      await answer.settle({ status: 'Completed' });
      expect(answer.body).toMatchObject({ number: 1 });
    }
    await engine.hosts.stopHost('First', 0);
    expect(await statesOf(engine)).toContain('First Stopped 2');
  });

  it('leaves no worker behind when it is a service whose door cannot close', async () => {
    const door = defineService({
      description: 'Cannot close.',
      settings: none,
      async onInit() {},
      async onTearDown() {
        throw new Error('the door is stuck');
      },
    });
    await using engine = await runEngine({ Door: { component: door } });
    const before = await connections(engine);
    await engine.hosts.stopHost('Door', 0);
    await expect.poll(() => connections(engine), { timeout: 20_000 }).toBeLessThan(before);
    await engine.hosts.startHost('Door');
    await expect.poll(() => connections(engine), { timeout: 20_000 }).toBe(before);
  });
});

describe('a start that fails', () => {
  it('begins nothing after the first host that cannot start, and the record goes on saying why', async () => {
    await using engine = await runEngine({});
    const started: string[] = [];
    const starting = {
      description: 'Says that it starts.',
      settings: none,
      onInit: ({ host }: { readonly host: string }) => void started.push(host),
    };
    const failing = defineOperation({
      ...answering,
      onInit() {
        throw new Error('no such archive');
      },
    });
    const after = defineProcess({ ...starting, onRequest() {} });
    const failed = engine.crashAndRunAgain({
      First: { component: defineOperation({ ...starting, onMessage() {} }) },
      Second: { component: failing },
      Third: { component: after },
    });
    await expect(failed).rejects.toMatchObject({
      code: 'HOST_START_FAILED',
      message: 'Second could not start: no such archive',
    });
    expect(started).toEqual(['First']);
    expect(await statesOf(engine)).toEqual([
      'First Stopped 1',
      'In Stopped 1',
      'Second Error 1: no such archive',
      'Third Stopped 1',
    ]);
  });
});

/** Every host with its state and pool size, and the reason of an error, by name. */
async function statesOf({ messages }: TestEngine): Promise<readonly string[]> {
  const states = await messages.hosts();
  return states
    .map(
      ({ name, status, poolSize, detail }) =>
        `${name} ${status} ${poolSize}${detail === undefined ? '' : `: ${detail}`}`,
    )
    .sort();
}

/** How many connections its Redis has besides the one that asks. */
async function connections({ redisUrl }: TestEngine): Promise<number> {
  const socket = decodeURIComponent(new URL(redisUrl).pathname);
  const { stdout } = await promisify(execFile)('redis-cli', ['-s', socket, 'info', 'clients']);
  return Number(/connected_clients:(\d+)/.exec(stdout)?.[1]) - 1;
}
