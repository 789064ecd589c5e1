import { alertJson, eventJson, timeJson } from '@consort/core/json';
import { z } from 'zod';
import { paging } from './messages.ts';
import { route } from './route.ts';

const words = z.string().min(1).max(200);

export const eventRoutes = {
  events: route({
    summary: 'The event log, newest first',
    role: 'viewer',
    patientData: 'none',
    query: z
      .object({
        type: z.enum(['Assert', 'Error', 'Warning', 'Info', 'Trace', 'Alert']).exactOptional(),
        host: words.exactOptional(),
        code: words.exactOptional(),
        sessionId: z.int().positive().exactOptional(),
        text: words.exactOptional().describe('Words that stand in its text'),
        since: timeJson.exactOptional(),
        until: timeJson.exactOptional(),
      })
      .extend(paging.shape),
    answer: z.object({ events: z.array(eventJson).readonly(), next: z.string().exactOptional() }),
  }),
  alerts: route({
    summary: 'Alerts, newest first',
    role: 'viewer',
    patientData: 'none',
    query: z.object({
      state: z.enum(['open', 'all']).default('open'),
      host: words.exactOptional(),
      since: timeJson.exactOptional(),
      limit: z.int().min(1).max(500).default(50),
    }),
    answer: z.object({ alerts: z.array(alertJson).readonly() }),
  }),
};
