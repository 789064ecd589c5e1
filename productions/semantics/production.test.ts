import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, MessageReader } from '@consort/core';
import { openMessageReader } from '@consort/store';
import { freePort, startProductionProcess, type ProductionProcess } from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestControl } from '../../packages/cli/src/control.ts';
import { describeWith } from '../../tests/house/peers.ts';
import { root } from '../../tests/house/root.ts';

const folder = root('productions/semantics');
const main = root('packages/cli/src/main.ts');

let data: string;
let env: NodeJS.ProcessEnv;
let running: ProductionProcess;
let reader: MessageReader;
let closeReceiver: () => Promise<unknown>;

/** Types a line of the docs: in the folder of the production, with a message's number where it says $MESSAGE. */
async function type(line: string, message = 0) {
  const typed = line.replace('npx production', `"${process.execPath}" "${main}"`);
  const child = spawn('sh', ['-c', typed], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, NO_COLOR: '1', CONSORT_DATA: data, MESSAGE: String(message) },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

async function ask(host: string, number: number): Promise<Record<string, unknown>> {
  const body = JSON.stringify({ type: 'number', number });
  const url = `http://127.0.0.1:${env['WEB_PORT']}/${host}`;
  const response = await fetch(url, { method: 'POST', headers: { connection: 'close' }, body });
  return (await response.json()) as Record<string, unknown>;
}

const start = () => startProductionProcess(join(folder, 'production.yaml'), { data, env });

/** Every command that docs/semantics.md shows, in its order. */
async function commands(): Promise<readonly string[]> {
  const page = await readFile(root('docs/semantics.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([^]*?)^```/gm)];
  return blocks.flatMap(([, block = '']) => block.trim().split('\n'));
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'consort-semantics-'));
  const receiver = createServer((_request, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  closeReceiver = () => {
    receiver.closeAllConnections();
    return new Promise((resolve) => receiver.close(resolve));
  };
  const { port } = receiver.address() as AddressInfo;
  env = { WEB_PORT: String(await freePort()), ALERT_URL: `http://127.0.0.1:${port}/` };
  running = await start();
  reader = await openMessageReader(data);
});
afterAll(async () => {
  await reader.close();
  await running.stop();
  await closeReceiver();
  await rm(data, { recursive: true });
});

describeWith(['redis'], 'docs/semantics.md', () => {
  it('a program outside sends through a service of the file and gets the answer', async () => {
    expect(await ask('Ask.Both', 21)).toEqual({ type: 'answers', left: 42, right: 42 });
    expect(await ask('Ask.With.Patience', 1)).toEqual({ type: 'no.answer' });
    expect(await ask('Ask.A.Person', 1)).toEqual({ type: 'approved' });
    expect(await ask('Strict', 4)).toEqual({ type: 'taken' });
    expect(await ask('Tell', 4)).toEqual({ error: 'POST to the name of one of my targets' });

    // Ask.Both says logTraceEvents, so what it traced is kept.
    const events = await reader.events({ code: 'ASKED' });
    expect(events).toMatchObject([{ type: 'Trace', host: 'Ask.Both', sessionId: 1 }]);
    const legs = await reader.session(1);
    expect(legs.map(({ header: h }) => [h.targetConfigName, h.type, h.invocation])).toEqual(
      expect.arrayContaining([
        ['Ask.Both', 'Request', 'Queue'],
        ['Left', 'Request', 'Queue'],
        ['Right', 'Request', 'InProc'],
      ]),
    );
  });

  it('every command runs as it is typed: a message is edited and sent again, elsewhere, and resubmitted with its header', async () => {
    let before: Message | undefined;
    for (const line of await commands()) {
      const [, expected = '0'] = /# exits with (\d)$/.exec(line) ?? [];
      const { code, output } = await type(line, before?.header.id);
      expect(code, `${line}\n${output}`).toBe(Number(expected));
      if (!line.endsWith('suspended')) continue;
      const [set] = await reader.messages({ status: 'Suspended' });
      expect(output).toMatch(new RegExp(`^ +${set?.id} .*Suspended`, 'm'));
      before = await reader.message(set?.id ?? 0);
    }
    await idle();

    const { id, timeCreated } = before!.header;
    expect(before?.body).toMatchObject({ number: 3 });
    const legs = await reader.session(id);
    const [mended, elsewhere, edited] = legs.filter(
      ({ header: { type: leg } }) => leg === 'Request',
    );
    expect(mended).toMatchObject({
      header: { id, timeCreated, status: 'Completed' },
      body: { number: 4 },
    });
    expect(legs[1]?.header).toMatchObject({ type: 'Response', correspondingMessageId: id });
    expect(legs[1]?.header.id).toBe(mended?.header.correspondingMessageId);
    expect(elsewhere).toMatchObject({
      header: { targetConfigName: 'Left', priority: 'HighSync', resent: 'r', status: 'Completed' },
      body: { number: 4 },
    });
    expect(elsewhere?.header.messageBodyId).toBe(mended?.header.messageBodyId);
    expect(edited).toMatchObject({
      header: { targetConfigName: 'Strict', priority: 'Sync', resent: 'r', status: 'Completed' },
      body: { number: 6 },
    });

    // What has no queue is refused, not left in one that nobody reads; what was not changed is not sent.
    const asked = { ids: [id], by: 'me', head: false, target: 'Right' };
    await expect(requestControl(data, 'resend', asked)).rejects.toMatchObject({
      code: 'STATUS_ILLEGAL',
    });
    const unchanged = await type('EDITOR=true npx production resend $MESSAGE --edit', id);
    expect(unchanged).toMatchObject({ code: 2, output: expect.stringContaining('not changed') });
  });

  it('a stop under load loses nothing: what had come goes on at the next start', async () => {
    const numbers = Array.from({ length: 60 }, (_, n) => 2 * n);
    const asked = numbers.map((number) =>
      ask('Strict', number).then(
        (answer) => answer['type'] === 'taken',
        () => false,
      ),
    );
    await Promise.any(asked);
    await running.stop();
    const answered = (await Promise.all(asked)).filter(Boolean).length;
    running = await start();
    await idle();

    const all = await reader.messages({ host: 'Strict', limit: 1_000 });
    const requests = all.filter((one) => one.sourceConfigName === 'From.Web');
    expect(requests.map(({ status }) => status)).toEqual(requests.map(() => 'Completed'));
    expect(requests.length).toBeGreaterThanOrEqual(answered);
    expect(answered).toBeGreaterThan(0);
  });
});

/** Resolves when no message is queued or in progress. */
async function idle(): Promise<void> {
  for (;;) {
    const queues = await reader.queues();
    if (queues.every(({ queued, delivered }) => queued + delivered === 0)) return;
    await sleep(20);
  }
}
