import { eventJson, timeJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

const count = z.int().min(0);

/** A host with the counts of its messages. */
export const hostStatusJson = z.object({
  name: z.string(),
  status: z
    .enum(['Starting', 'Running', 'Stopped', 'Disabled', 'Error', 'Removed'])
    .describe('Removed: the production no longer has it, and the record has messages for it'),
  type: z.enum(['BusinessService', 'BusinessProcess', 'BusinessOperation', 'Unknown']),
  component: z.string().exactOptional(),
  poolSize: z.int().exactOptional(),
  detail: z
    .string()
    .exactOptional()
    .describe('What it listens on or writes to, or why it is in Error'),
  queued: count,
  inProgress: count.describe('Retrying ones included'),
  retrying: count,
  completed: count,
  failed: count,
  discarded: count,
  oldestQueuedAt: timeJson.exactOptional(),
  lastError: z
    .object({ messageId: z.int(), time: timeJson, code: z.string(), text: z.string() })
    .exactOptional(),
});

/** The production, and whether what the record says of it can be believed. */
export const productionStatusJson = z.object({
  name: z.string(),
  id: z.string(),
  status: z.enum(['Running', 'Stopped', 'Suspended', 'Troubled']),
  heartbeat: z.enum(['fresh', 'late']).describe('late: Running, and silent for 15 s'),
  heartbeatAt: timeJson.exactOptional(),
  startedAt: timeJson.exactOptional(),
  recoveries: count,
  redis: z.object({
    status: z.enum(['connected', 'unavailable', 'unknown']),
    since: timeJson.exactOptional(),
  }),
});

export const statusRoutes = {
  status: route({
    summary: 'Production, hosts with their counts, refusals of the last hour and the last events',
    role: 'viewer',
    patientData: 'none',
    answer: z.object({
      time: timeJson.describe('When the record was read'),
      production: productionStatusJson.exactOptional().describe('Absent before the first start'),
      hosts: z.array(hostStatusJson).readonly(),
      refusals: z.array(eventJson).readonly().describe('Newest first, at most 20'),
      events: z.array(eventJson).readonly().describe('The last 20, newest first'),
      suspended: count.max(100).describe('Messages that wait for a person; 100 may be more'),
    }),
  }),
};
