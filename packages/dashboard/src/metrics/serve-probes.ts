import { reasonsNotReady, type MessageReader } from '@consort/core';
import type { FastifyInstance } from 'fastify';
import { answerInTime } from './answer-in-time.ts';

/**
 * Serves `/livez`, which says that this process answers and looks at nothing else, and `/readyz`, which says whether
 * images can come in, and if not why.
 */
export function serveProbes(app: FastifyInstance, reader: MessageReader): void {
  app.get('/livez', (_request, reply) => reply.send({ live: true }));

  const look = answerInTime(() => Promise.all([reader.production(), reader.hosts()]));
  app.get('/readyz', async (_request, reply) => {
    const found = await look();
    const reasons = found ? reasonsNotReady(...found, new Date()) : ['the record does not answer'];
    const ready = reasons.length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, reasons });
  });
}
