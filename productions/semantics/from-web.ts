import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { defineService, target, type MessageBody, type ServiceContext } from '@consort/core';
import { z } from 'zod';

const settings = z.object({ port: z.int().min(0).max(65_535), targets: z.array(target()) });
type Context = ServiceContext<z.output<typeof settings>>;

/** Takes JSON in by HTTP POST: how a program of yours sends into a production. */
export default defineService({
  description: 'Takes JSON in by HTTP and answers with the response.',
  settings,

  async onInit(context) {
    const server = createServer((request, response) => {
      answer(request, context).then(
        (body) => response.writeHead(200).end(JSON.stringify(body)),
        (error: Error) => response.writeHead(500).end(JSON.stringify({ error: error.message })),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(context.settings.port, '127.0.0.1', resolve);
    });
    return server;
  },

  // What has come may have its answer, as long as the stop gives it.
  onTearDown: (server: Server, grace) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), grace);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
    }),
});

async function answer(request: IncomingMessage, context: Context): Promise<unknown> {
  const named = decodeURIComponent(request.url?.slice(1) ?? '');
  const to = context.settings.targets.find((name) => name === named);
  if (to === undefined) throw new Error('POST to the name of one of my targets');
  const accepted = await context.accept(to, (await json(request)) as MessageBody);
  const { body, error, settle } = await accepted.answer(10_000);
  await settle({ status: 'Completed' });
  if (error) throw new Error(error.text);
  return body;
}
