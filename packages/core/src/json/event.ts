import { z } from 'zod';
import type { LoggedEvent } from '../event.ts';
import { timeJson as time } from './time.ts';

/** One entry of the event log. Holds no patient data. */
export const eventJson = z
  .object({
    id: z.int(),
    time,
    type: z.enum(['Assert', 'Error', 'Warning', 'Info', 'Trace', 'Alert']),
    code: z.string().describe('A stable word for what happened'),
    text: z.string(),
    host: z.string().exactOptional(),
    sessionId: z.int().exactOptional(),
    messageId: z.int().exactOptional(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
  })
  .meta({ id: 'Event' }) satisfies z.ZodType<LoggedEvent>;
