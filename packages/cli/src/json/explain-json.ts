import { z } from 'zod';

/** What `explain --json` prints. */
export const explainJson = z
  .object({
    explanations: z.array(
      z.object({
        file: z.string(),
        router: z.string(),
        match: z.enum(['first', 'all']),
        rules: z.array(
          z.object({
            name: z.string(),
            when: z.string().exactOptional(),
            verdict: z.enum(['holds', 'does not hold', 'not asked']),
            facts: z
              .record(z.string(), z.unknown())
              .describe('What it asks about; null for no number'),
            send: z.array(z.string()),
          }),
        ),
        targets: z.array(z.string()).exactOptional().describe('Absent when no rule holds'),
      }),
    ),
    codes: z
      .array(
        z.object({
          code: z.string(),
          kind: z
            .enum(['mistake', 'doubt', 'error'])
            .describe('mistake, doubt: of production check; error: of anything else'),
          meaning: z.string(),
          why: z.string().exactOptional(),
          remedy: z.string(),
          example: z.object({ wrong: z.string(), right: z.string() }).exactOptional(),
        }),
      )
      .exactOptional()
      .describe('Where codes were asked for'),
  })
  .describe('May hold patient data');
