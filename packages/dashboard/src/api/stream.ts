import { eventJson, headerJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';
import { hostStatusJson, productionStatusJson } from './status.ts';

/** What the stream tells, by the name of its Server-Sent Event. The id of each is an event's number. */
export const told = {
  status: z
    .object({
      production: productionStatusJson.exactOptional(),
      hosts: z.array(hostStatusJson).readonly(),
    })
    .describe('At the beginning, and when something in it has changed'),
  event: eventJson.describe('A new entry of the event log'),
  messages: z
    .object({ sessionId: z.int(), headers: z.array(headerJson).readonly() })
    .describe('Of the session asked for: all of its headers, when one has changed'),
  missed: z
    .object({ events: z.int() })
    .describe('So many events since Last-Event-ID are not told: read them from /api/events'),
};

export const streamRoutes = {
  stream: route({
    summary: 'What changes, as Server-Sent Events; goes on after Last-Event-ID',
    role: 'viewer',
    patientData: 'none',
    query: z.object({
      session: z.int().positive().exactOptional().describe('Also tells of its messages'),
    }),
    answer: ['text/event-stream'],
  }),
};
