import { z } from 'zod';

const examples = z
  .array(z.object({ messageId: z.int(), studyInstanceUid: z.string().exactOptional() }))
  .readonly()
  .describe('The newest, at most three');

/** A host that another version of the file has, has not or has otherwise. */
export const changedHostJson = z.object({
  name: z.string(),
  kind: z.enum(['service', 'process', 'operation']),
  change: z.enum(['added', 'removed', 'changed']),
  keys: z.array(z.string()).describe('What has changed, like poolSize 1 → 4'),
  isRestarted: z.boolean(),
});

/** What `plan --json` prints. */
export const planJson = z.object({
  file: z.string(),
  against: z.string().describe('What it was compared with: what runs, or a file'),
  isDifferent: z.boolean(),
  keys: z.array(z.string()).describe('Of the file itself'),
  hosts: z.array(changedHostJson),
  refused: z.string().exactOptional().describe('Why an update would be refused now'),
  replay: z
    .object({
      looked: z.int().describe('Requests with an image'),
      same: z.int().describe('Those that would go where they went'),
      different: z
        .array(
          z.object({
            host: z.string(),
            before: z.string().describe('Targets, or: no rule holds, nobody'),
            after: z.string(),
            images: z.int(),
            examples,
          }),
        )
        .readonly(),
      unjudged: z
        .array(z.object({ host: z.string(), why: z.string(), images: z.int(), examples }))
        .readonly(),
    })
    .exactOptional()
    .describe('Under --replay'),
});
