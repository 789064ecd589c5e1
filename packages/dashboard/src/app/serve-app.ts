import { EngineError, type MessageReader } from '@consort/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { appFiles, type AppFile } from './app-files.ts';
import { html } from './html.ts';
import { notice, noticeStyle } from './notice.ts';

/**
 * Serves the operators' app. Every address that is none of the server's own is a page of the app, which knows what to
 * show there. What the app cannot say itself is said by notices that need no script: that the record cannot be read,
 * that the app is not built.
 */
export async function serveApp(
  app: FastifyInstance,
  reader: MessageReader,
  directory: string,
): Promise<void> {
  const files = await appFiles(directory);
  const index = files.get('/index.html');
  for (const [path, { type, bytes }] of files) {
    if (path === '/index.html') continue;
    app.get(path, (_request, reply) => {
      // The name of an asset changes with its content.
      if (path.startsWith('/assets/')) void reply.header('cache-control', forEver);
      return reply.type(type).send(bytes);
    });
  }
  app.get('/notice.css', (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(noticeStyle),
  );
  app.get('/', (_request, reply) => page(index, reader, reply));
  app.setNotFoundHandler((request, reply) =>
    isPage(request)
      ? page(index, reader, reply)
      : reply.code(404).send({ code: 'NOT_FOUND', text: 'there is no such page' }),
  );
}

const forEver = 'private, max-age=31536000, immutable';

/** A browser asks for a page, and not for a file or for what a program reads. */
function isPage({ method, url, headers }: FastifyRequest): boolean {
  const isOurs = /^\/(api|assets|queues\/bull|livez|readyz|metrics)(\/|\?|$)/.test(url);
  return method === 'GET' && !isOurs && (headers.accept ?? '').includes('text/html');
}

async function page(
  index: AppFile | undefined,
  reader: MessageReader,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const unreadable = await whyUnreadable(reader);
  if (unreadable) {
    return reply
      .code(503)
      .type('text/html; charset=utf-8')
      .send(notice('The record cannot be read', writeUnreadable(unreadable)));
  }
  if (!index) {
    return reply
      .code(503)
      .type('text/html; charset=utf-8')
      .send(notice('The pages are not built', notBuilt));
  }
  return reply.type(index.type).send(index.bytes);
}

async function whyUnreadable(reader: MessageReader): Promise<EngineError | undefined> {
  try {
    await reader.production();
    return undefined;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

function writeUnreadable({ code, message }: EngineError) {
  return html`
    <p><code>${code}</code> <bdi>${message}</bdi></p>
    <p>This page looks again by itself, and goes on as soon as the record answers.</p>
  `;
}

const notBuilt = html`
  <p>
    The production runs; only its pages are missing. Build them with one command, in the folder of
    Consort, and start the production anew:
  </p>
  <p><code>npx turbo run build</code></p>
  <p>
    Meanwhile the same facts are at <a href="/api/status">/api/status</a> as JSON, and on the
    command line: <code>npx production status</code>.
  </p>
`;
