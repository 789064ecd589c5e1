import { timeJson as time } from '@consort/core/json';
import { z } from 'zod';

/** What `production audit` gives. */
export const auditJson = z.object({
  entries: z
    .array(
      z.object({
        id: z.int(),
        time,
        user: z.string(),
        from: z.string().describe('An IP address'),
        action: z.string().describe('The name of the route of the API'),
        what: z.string().describe('Numbers of messages, names of hosts'),
        result: z.string().describe('done, or the code of the error'),
      }),
    )
    .readonly()
    .describe('Oldest first'),
});
