import { eventJson } from '@consort/core/json';
import { z } from 'zod';
import { messageRow } from './messages.ts';
import { route } from './route.ts';

const milliseconds = z.int();

export const traceRoutes = {
  session: route({
    summary: 'The trace of a session, by its number or that of any of its messages',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: 'list',
    params: z.object({ id: z.int().positive() }),
    answer: z.object({
      sessionId: z.int(),
      isFinished: z.boolean(),
      hosts: z
        .array(z.object({ name: z.string(), type: z.string() }))
        .readonly()
        .describe('The columns: services, processes, operations, each in the order they came in'),
      messages: z
        .array(
          messageRow.extend({
            wait: milliseconds.exactOptional().describe('Milliseconds in the queue'),
            run: milliseconds.exactOptional().describe('Milliseconds of work, retries included'),
          }),
        )
        .readonly()
        .describe('Oldest first, at most 1 000'),
      events: z.array(eventJson).readonly().describe('Oldest first, at most 500'),
      summary: z.string().exactOptional().describe('The session in one line, for people'),
      text: z.string().exactOptional().describe('The trace as text, as production trace draws it'),
    }),
  }),
};
