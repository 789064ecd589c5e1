import { timeJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

export const activityRoutes = {
  activity: route({
    summary: 'How many messages ended and how long they took, step by step over a period',
    role: 'viewer',
    patientData: 'none',
    query: z.object({
      period: z.enum(['5m', '1h', '24h', '7d']).default('1h'),
      host: z.string().min(1).max(200).exactOptional().describe('Default: all hosts'),
    }),
    answer: z.object({
      from: timeJson,
      to: timeJson,
      seconds: z.int().describe('Of one step'),
      series: z
        .array(
          z.object({
            host: z.string(),
            ended: z.array(z.int()).readonly().describe('Requests that ended, one number a step'),
            failed: z.array(z.int()).readonly().describe('Those of them that failed'),
            wait: z
              .array(z.number().nullable())
              .readonly()
              .describe('Mean milliseconds in the queue; null where nothing ended'),
            run: z.array(z.number().nullable()).readonly().describe('Mean milliseconds of work'),
            longest: z
              .array(z.number().nullable())
              .readonly()
              .describe('The longest of both together, in milliseconds'),
          }),
        )
        .readonly(),
    }),
  }),
};
