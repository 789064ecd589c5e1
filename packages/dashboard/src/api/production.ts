import { timeJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';
import { hostStatusJson, productionStatusJson } from './status.ts';

const kind = z.enum(['service', 'process', 'operation']);

/** A setting as it is in force, and where its value comes from. */
const setting = z.object({
  name: z.string(),
  value: z.unknown().describe('Plain data; bullets for a secret; -1 is for ever'),
  from: z.enum(['environment', 'file', 'default']),
  place: z.string().exactOptional().describe('Where it stands, file:line:column'),
});

const hostDifference = z.object({
  name: z.string(),
  kind,
  change: z.enum(['added', 'removed', 'changed']),
  keys: z.array(z.string()).readonly().describe('What has changed, like poolSize 1 → 4'),
  isRestarted: z.boolean(),
});

/** A host with everything there is to know of it now. */
export const hostJson = hostStatusJson.extend({
  kind: kind.exactOptional().describe('Absent for a host the production no longer has'),
  category: z.string().exactOptional(),
  comment: z.string().exactOptional(),
  invocation: z.enum(['Queue', 'InProc']),
  state: z
    .enum([
      'running',
      'retrying',
      'starting',
      'stopped',
      'disabled',
      'error',
      'inactive',
      'removed',
    ])
    .describe('One word for how it does; inactive: it runs, and an alert says that it has no work'),
  connection: z
    .enum(['connected', 'listening', 'disconnected', 'none'])
    .describe('disconnected: its last attempt to reach its peer failed; none: it has no peer'),
  connections: z.int().describe('Associations that are there now'),
  disabled: z
    .object({ since: timeJson, by: z.string(), reason: z.string().exactOptional() })
    .exactOptional(),
  perMinute: z.number().describe('Messages that ended in the last minute'),
  settings: z.array(setting).readonly(),
  engine: z
    .record(z.string(), z.string())
    .describe('What the engine itself has of it, in words: poolSize, retry, invocation'),
});

export const productionRoutes = {
  production: route({
    summary:
      'The production: its hosts with their settings, how they are connected, and what is pending',
    role: 'viewer',
    patientData: 'none',
    answer: z.object({
      time: timeJson,
      production: productionStatusJson.exactOptional(),
      description: z.string().exactOptional(),
      file: z.string().exactOptional(),
      testingEnabled: z.boolean(),
      hosts: z.array(hostJson).readonly().describe('In the order of the file'),
      edges: z
        .array(
          z.object({
            from: z.string(),
            to: z.string(),
            setting: z.string().describe('The setting that names the target'),
            perMinute: z.number().describe('Requests that went this way in the last minute'),
          }),
        )
        .readonly(),
      pending: z
        .object({
          isChanged: z.boolean().describe('The file is otherwise than what runs'),
          error: z.string().exactOptional().describe('Why the file as it is cannot be run'),
          keys: z.array(z.string()).readonly(),
          hosts: z.array(hostDifference).readonly(),
          warnings: z.string(),
        })
        .exactOptional()
        .describe('Absent while the production does not run'),
    }),
  }),
  updateProduction: route({
    summary: 'Goes on with the production file as it is now',
    role: 'operator',
    patientData: 'none',
    isAudited: true,
    body: z.object({
      isDryRun: z.boolean().default(false),
      isReset: z
        .boolean()
        .default(false)
        .describe('Also enables and starts what an operator has disabled or stopped'),
    }),
    answer: z.object({
      isApplied: z.boolean(),
      keys: z.array(z.string()).readonly(),
      hosts: z.array(hostDifference).readonly(),
      reset: z.array(z.string()).readonly(),
      warnings: z.string(),
    }),
  }),
  changeHost: route({
    summary: 'Starts, stops, restarts, enables or disables a host',
    role: 'operator',
    patientData: 'none',
    isAudited: true,
    params: z.object({
      name: z.string().min(1).max(200),
      change: z.enum(['start', 'stop', 'restart', 'enable', 'disable']),
    }),
    body: z.object({ reason: z.string().max(500).exactOptional() }).default({}),
    answer: z.object({ name: z.string(), status: z.enum(['running', 'stopped', 'disabled']) }),
  }),
};
