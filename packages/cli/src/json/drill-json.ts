import { z } from 'zod';
import type { DrillResult } from '../drill/drill-production.ts';

/** What `drill --json` prints. */
export const drillJson = z.object({
  seed: z.int(),
  isSound: z.boolean().describe('Every fault was played, and no acknowledged image was lost'),
  faults: z
    .array(
      z.object({
        fault: z.string(),
        text: z.string(),
        outcome: z
          .enum(['sound', 'unsound', 'believed', 'not played'])
          .describe('believed: the peers lied, and their Success was believed'),
        why: z.string().exactOptional(),
        sent: z.int(),
        acknowledged: z.int().describe('In the end; what was not is sent again'),
        sentAgain: z.int().describe('Not acknowledged the first time'),
        delivered: z.int().describe('At every target they go to when nothing is wrong'),
        setAside: z.int().describe('Acknowledged, not delivered, and in the record as failed'),
        lost: z.int().describe('Acknowledged, not delivered, and nobody is told of it'),
        twice: z.int().describe('Images that a target got more than once'),
        isInOrder: z.boolean().exactOptional(),
        recovery: z
          .int()
          .exactOptional()
          .describe('Milliseconds from the end of the fault until all had ended'),
        alerts: z.array(z.string()).readonly().describe('Codes, each once'),
      }),
    )
    .readonly(),
  refusedConnections: z
    .array(z.string())
    .readonly()
    .describe('Where it tried to connect to beyond this machine'),
}) satisfies z.ZodType<DrillResult>;
