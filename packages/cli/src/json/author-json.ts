import { findingCodes, type Finding, type FindingCode } from '@consort/core';
import { z } from 'zod';

const finding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z
    .enum(Object.keys(findingCodes) as [FindingCode, ...FindingCode[]])
    .describe('production explain CODE says more'),
  file: z.string(),
  line: z.int().describe('From 1'),
  column: z.int().describe('From 1'),
  message: z.string(),
  suggestion: z.string().exactOptional(),
}) satisfies z.ZodType<Finding>;

/** What `check --json` prints. */
export const checkJson = z.object({
  file: z.string(),
  isValid: z.boolean(),
  name: z.string().exactOptional(),
  hosts: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['service', 'process', 'operation']),
      component: z.string(),
    }),
  ),
  findings: z.array(finding),
  live: z
    .array(
      z.object({
        peer: z.string().describe('Without a password'),
        of: z.string().describe('The host, with the setting of a URL; or REDIS_URL'),
        how: z.enum(['C-ECHO', 'PING', 'connection']),
        isThere: z.boolean(),
        text: z.string(),
        milliseconds: z.int().describe('Milliseconds'),
      }),
    )
    .exactOptional()
    .describe('Under --live'),
});

/** What `config --json` prints. */
export const configJson = z.object({
  file: z.string(),
  values: z.array(
    z.object({
      path: z.array(z.string()).describe('Keys from the outermost'),
      value: z.unknown().describe('As it is written; bullets for a secret'),
      from: z.enum(['environment', 'file', 'default']),
      place: z.string().exactOptional().describe('Where it stands, file:line:column'),
    }),
  ),
});

/** What `list --json` prints. */
export const listJson = z.object({
  components: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['service', 'process', 'operation']),
      description: z.string(),
      settings: z.array(
        z.object({
          name: z.string(),
          type: z.string().describe('In words'),
          isRequired: z.boolean(),
          default: z.unknown().exactOptional(),
          description: z.string().exactOptional(),
        }),
      ),
    }),
  ),
});

/** What `version --json` prints. */
export const versionJson = z.object({
  consort: z.string(),
  node: z.string(),
  redis: z.string().exactOptional().describe('Absent where it cannot be told'),
  schema: z.object({
    present: z.string().describe('Of the record, as this version makes it'),
    recorded: z.string().exactOptional().describe('Of the record that is here'),
  }),
  platform: z.object({ system: z.string(), release: z.string(), architecture: z.string() }),
});
