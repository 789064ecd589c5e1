import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance } from 'fastify';
import { bullBoardPolicy } from './headers.ts';

/** A BullMQ queue, opened elsewhere; looked at only. */
export type BullQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** Where bull-board is served. */
export const bullBoardPath = '/queues/bull';

/** Serves bull-board over the queues, each under its host's name, without any way to change them. */
export async function serveBullBoard(
  app: FastifyInstance,
  queues: readonly BullQueue[],
): Promise<{ showQueues(queues: readonly BullQueue[]): void }> {
  const serverAdapter = new FastifyAdapter();
  const board = createBullBoard({
    queues: adaptersOf(queues),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Wake-ups in Redis',
        miscLinks: [{ text: 'Counts of record', url: '/' }],
        hideDocsLink: true,
      },
    },
  });
  serverAdapter.setBasePath(bullBoardPath);
  await app.register(
    async (part) => {
      part.addHook('onRequest', async (_request, reply) => {
        reply.header('content-security-policy', bullBoardPolicy);
      });
      await part.register(serverAdapter.registerPlugin());
    },
    { prefix: bullBoardPath },
  );
  return { showQueues: (others) => board.replaceQueues(adaptersOf(others)) };
}

function adaptersOf(queues: readonly BullQueue[]): BullMQAdapter[] {
  return queues.map((queue) => new BullMQAdapter(queue, adapterOptions));
}

const adapterOptions = {
  readOnlyMode: true,
  allowRetries: false,
  description:
    'Wake-ups only: they may be lost and are made again. The counts of record are on the page Queues.',
};
