import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { spawnProduction } from '@consort/testing/consort';
import { SMTPServer } from 'smtp-server';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';
import { file, folder, start, until, verb } from '../operated.ts';

const core = new URL('../../packages/core/src/index.ts', import.meta.url).href;
const zod = import.meta.resolve('zod');
/** A certificate of localhost and its key, for this test alone. */
const certificate = root('tests/alerts/localhost.pem');

const tell = `
import { defineProcess, target } from ${JSON.stringify(core)};
import { z } from ${JSON.stringify(zod)};
export default defineProcess({
  description: 'Passes each alert on to everybody who is told.',
  settings: z.object({ everybody: z.array(target({ async: true })) }),
  async onRequest({ body }, { settings, sendRequestAsync }) {
    for (const one of settings.everybody) await sendRequestAsync(one, body);
  },
});
`;

describeWith(['redis'], 'alert.webhook and alert.email', () => {
  it('tell of an alert; one that cannot be delivered is tried again, and status says so until then', async () => {
    await using hook = await startWebhook();
    await using mail = await startMailServer();
    await writeFile(join(folder, 'tell.ts'), tell);
    await writeFile(file, productionFile(hook.port, mail.port));
    await using running = await start({ HOOK_TOKEN: 'Bearer hush', MAIL_PASSWORD: 'open sesame' });

    await verb('test-message', 'Broken', '--body', '{"type": "x"}');
    await until(async () => mail.received.length === 1);
    await until(async () => running.output().includes('it answered 503'));
    const waiting = await verb('status');
    expect(waiting.output).toMatch(/Broken fails: NOT_A_STORAGE_REQUEST on\s+message 1;\s+not all/);
    expect(await alerts()).toMatchObject([{ host: 'Broken', delivery: 'waiting' }]);

    hook.heal();
    await until(async () => hook.received.length === 1);
    await until(async () => (await alerts())[0]?.delivery === 'delivered');
    expect((await verb('status')).output).not.toContain('not all have been told');

    const sentence = 'Telling: Broken fails: NOT_A_STORAGE_REQUEST on message 1';
    expect(hook.received[0]).toMatchObject({
      authorization: 'Bearer hush',
      key: expect.stringMatching(/-alert-1-started$/),
      body: { text: sentence, alert: 1, state: 'started', host: 'Broken', production: 'Telling' },
    });
    const [letter] = mail.received;
    expect(letter).toMatchObject({ user: 'consort', to: ['oncall@example.org'], isSecure: true });
    expect(letter?.text).toContain(`Subject: ${sentence}`);
    expect(letter?.text).toMatch(/^condition +error$/m);
    expect(running.output()).not.toMatch(/hush|sesame|\/secret\/path/);
  });

  it('refuse a URL that is none without showing it, and warn of a password in clear', async () => {
    const settings = "url: '${HOOK:-ftp://x}'";
    const mail = `host: h, tls: off, user: u, password: '\${WORD}', from: a@example.org, to: b@example.org`;
    await writeFile(
      file,
      `name: Wrong
operations:
  Hook: { component: alert.webhook, settings: { ${settings} } }
  Mail: { component: alert.email, settings: { ${mail} } }
`,
    );
    const ran = spawnProduction(['check', file], { WORD: 'hush' });
    const code = await ran.ended;
    const output = ran.output();
    expect(code).toBe(3);
    expect(output).toContain('write a URL that begins with https:// or http://');
    expect(output).toContain('the password goes over the network in clear');
    expect(output).not.toContain('ftp://x');
  });
});

async function alerts(): Promise<readonly { readonly host: string; readonly delivery: string }[]> {
  const { output } = await verb('status', '--json');
  return (JSON.parse(output) as { alerts: { host: string; delivery: string }[] }).alerts;
}

/** Answers 503 until it is healed. */
async function startWebhook() {
  const received: { authorization: string | undefined; key: unknown; body: unknown }[] = [];
  let isWell = false;
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await json(request);
    const { authorization, 'idempotency-key': key } = request.headers;
    if (isWell && request.url === '/secret/path') received.push({ authorization, key, body });
    response.writeHead(isWell ? 204 : 503, { connection: 'close' }).end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    heal: () => void (isWell = true),
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Takes mail over STARTTLS from whoever knows the password, and from nobody else. */
async function startMailServer() {
  const received: { user: unknown; to: string[]; isSecure: boolean; text: string }[] = [];
  const pem = await readFile(certificate);
  const server = new SMTPServer({
    key: pem,
    cert: pem,
    onAuth({ username, password }, _session, done) {
      if (password === 'open sesame') done(null, { user: username });
      else done(new Error('wrong password'));
    },
    onData(stream, { user, envelope, secure: isSecure }, done) {
      let letter = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => (letter += chunk));
      stream.once('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ user, to, isSecure, text: letter.replaceAll('\r\n', '\n') });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}

function productionFile(hookPort: number, mailPort: number): string {
  return `name: Telling
testingEnabled: true
alerts: { target: Tell }
processes:
  Tell: { component: ./tell.ts, settings: { everybody: [Hook, Mail] } }
operations:
  Broken:
    component: dicom.file-operation
    alertOnError: true
    settings: { directory: ./received }
  Hook:
    component: alert.webhook
    retry: { interval: 1s, timeout: -1 }
    settings: { url: http://127.0.0.1:${hookPort}/secret/path, authorization: '\${HOOK_TOKEN}' }
  Mail:
    component: alert.email
    retry: { interval: 1s, timeout: -1 }
    settings:
      host: localhost
      port: ${mailPort}
      ca: ${certificate}
      user: consort
      password: '\${MAIL_PASSWORD}'
      from: consort@example.org
      to: [oncall@example.org]
`;
}
