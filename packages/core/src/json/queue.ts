import { z } from 'zod';
import type { QueueCount } from '../message-reader.ts';
import { timeJson as time } from './time.ts';

/** One host's counts, from its messages. */
export const queueJson = z
  .object({
    host: z.string(),
    queued: z.int().describe('Waiting for a worker'),
    delivered: z.int().describe('In progress, retrying included'),
    retrying: z.int(),
    completed: z.int(),
    failed: z.int(),
    discarded: z.int(),
    oldestQueuedAt: time.exactOptional(),
    lastError: z
      .object({ messageId: z.int(), time, code: z.string(), text: z.string() })
      .exactOptional(),
  })
  .meta({ id: 'Queue' }) satisfies z.ZodType<QueueCount>;
