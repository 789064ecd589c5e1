import { z } from 'zod';
import type { RecordedAlert } from '../alerts/alert.ts';
import { timeJson as time } from './time.ts';

/** An alert, and whether those who are told have been told. */
export const alertJson = z.object({
  id: z.int(),
  condition: z.enum([
    'error',
    'queueCount',
    'queueWait',
    'inactive',
    'expectedSender',
    'deadWorker',
    'imageReturned',
  ]),
  host: z.string(),
  callingAet: z.string().exactOptional(),
  text: z.string(),
  startedAt: time,
  endedAt: time.exactOptional().describe('Absent while it lasts'),
  lastAt: time.exactOptional(),
  count: z.int().exactOptional(),
  note: z.string().exactOptional(),
  messages: z.array(z.int()).readonly().describe('That tell of its beginning and its end'),
  delivery: z
    .enum(['none', 'waiting', 'delivered', 'failed'])
    .describe('none: nobody is told but the event log'),
}) satisfies z.ZodType<RecordedAlert>;
