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
): Promise<void> {
  const serverAdapter = new FastifyAdapter();
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, adapterOptions)),
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
    async (board) => {
      board.addHook('onRequest', async (_request, reply) => {
        reply.header('content-security-policy', bullBoardPolicy);
      });
      await board.register(serverAdapter.registerPlugin());
    },
    { prefix: bullBoardPath },
  );
}

const adapterOptions = {
  readOnlyMode: true,
  allowRetries: false,
  description:
    'Wake-ups only: they may be lost and are made again. The counts of record are on the first page.',
};
