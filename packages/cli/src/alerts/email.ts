import { readFile } from 'node:fs/promises';
import { defineOperation, duration, path, secret } from '@consort/core';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { alertToTell, notDelivered, type AlertToTell } from './alert-to-tell.ts';

const address = z.email();

const settings = z.object({
  host: z.string().min(1).meta({ description: 'The mail server.' }),
  port: z.int().min(1).max(65_535).default(587),
  tls: z.enum(['startTls', 'implicit', 'off']).default('startTls').meta({
    description:
      'startTls: encrypted before anything is said (port 587); implicit: from the first byte (port 465); off: in clear.',
  }),
  ca: path({ for: 'reading' })
    .optional()
    .meta({ description: 'A file of certificates to trust, for a mail server of your own.' }),
  user: z.string().min(1).optional(),
  password: secret().optional(),
  from: address,
  to: z.union([address, z.array(address).min(1)]),
  timeout: duration()
    .refine((value) => value > 0 && value !== Infinity, {
      message: 'a mail server that hangs would be waited for without end; write a time, like 30s',
    })
    .prefault('30s')
    .meta({ description: 'How long the server may say nothing.' }),
});

/** `alert.email`: tells of an alert by mail (SMTP, RFC 5321). */
export default defineOperation({
  description: 'Tells of each alert by a mail.',
  settings,

  check: ({ tls, password, user }) => [
    ...(tls === 'off' && password !== undefined
      ? [
          {
            setting: 'tls',
            message: 'the password goes over the network in clear',
            suggestion: 'startTls',
          },
        ]
      : []),
    ...((user === undefined) === (password === undefined)
      ? []
      : [
          {
            setting: user === undefined ? 'password' : 'user',
            message: 'user and password are used together only',
          },
        ]),
  ],

  async onMessage(request, { settings: given, production, log }) {
    const alert = alertToTell(request, production);
    const { host, port, from, to } = given;
    const server = `${host}:${port}`;
    const transport = createTransport(await connectionOf(given));
    try {
      const { rejected } = await transport
        .sendMail({ from, to, ...mailOf(alert, request.header.timeCreated) })
        .catch((error: unknown) => {
          throw notDelivered(server, reasonOf(error));
        });
      if (rejected.length === 0) return;
      // The others have it; sent again they would have it twice.
      const text = `${server} refused ${rejected.length} of the addresses that message ${request.header.id} goes to`;
      log({ type: 'Warning', code: 'ALERT_NOT_DELIVERED', text });
    } finally {
      transport.close();
    }
  },
});

async function connectionOf({
  host,
  port,
  tls,
  ca,
  user,
  password,
  timeout,
}: z.output<typeof settings>) {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'startTls',
    ignoreTLS: tls === 'off',
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(ca === undefined ? {} : { tls: { ca: await readFile(ca) } }),
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
  };
}

function mailOf({ text, key, facts }: AlertToTell, time: string) {
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  const lines = Object.entries(facts).map(
    ([name, value]) =>
      `${name.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return {
    subject: text.length > 120 ? `${text.slice(0, 119)}…` : text,
    text: `${text}\n\n${lines.join('\n')}\n`,
    date: new Date(time),
    messageId: `<${key}@consort>`,
    // RFC 3834: no out-of-office reply to it.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** What the server answered, or what was in the way. */
function reasonOf(error: unknown): string {
  const { code, responseCode, message } = error as Error & { code?: string; responseCode?: number };
  return responseCode === undefined
    ? `${code ?? 'failed'}: ${message}`
    : `it answered ${responseCode}`;
}
