import { z } from 'zod';

/** What `test --json` prints. */
export const testJson = z.object({
  passed: z.int(),
  failed: z.int(),
  scenarios: z.array(
    z.object({
      file: z.string(),
      name: z.string(),
      outcome: z.enum(['ok', 'failed']),
      milliseconds: z.int().describe('Milliseconds'),
      differences: z.array(z.string()).readonly().describe('What is not as expected, in words'),
    }),
  ),
});
