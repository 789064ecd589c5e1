import type { MessageReader } from '@consort/core';
import type { FastifyInstance } from 'fastify';
import { exposition } from './exposition.ts';
import { sharedReading } from './reading.ts';
import type { MetricsSource } from './source.ts';

/** Serves `/metrics` in the text format of Prometheus. It answers also when the record does not. */
export function serveMetrics(
  app: FastifyInstance,
  reader: MessageReader,
  source: MetricsSource,
): void {
  const read = sharedReading(reader, source);
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await exposition(await read());
    return reply.type(contentType).send(text);
  });
}
