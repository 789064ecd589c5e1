import { headerJson, queueJson } from '@consort/core/json';
import { z } from 'zod';
import { paging } from './messages.ts';
import { route } from './route.ts';

export const queueRoutes = {
  queues: route({
    summary: 'The queues with their counts of record',
    role: 'viewer',
    patientData: 'none',
    answer: z.object({ queues: z.array(queueJson).readonly() }),
  }),
  queue: route({
    summary:
      'What is in a queue: what is in progress, and what waits in the order it will be claimed',
    role: 'viewer',
    patientData: 'none',
    params: z.object({ host: z.string().min(1).max(200) }),
    query: paging,
    answer: z.object({
      inProgress: z.array(headerJson).readonly(),
      waiting: z.array(headerJson).readonly(),
      next: z.string().exactOptional(),
    }),
  }),
};
