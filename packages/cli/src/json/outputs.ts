import {
  alertJson as alert,
  bodyJson,
  errorStatusJson,
  eventJson as event,
  headerJson,
  messageJson,
  queueJson as queue,
  timeJson as time,
  connectionsJson,
} from '@consort/core/json';
import { z } from 'zod';
import { checks } from '../doctor/finding.ts';
import { checkJson, configJson, listJson, versionJson } from './author-json.ts';
import { auditJson } from './audit-json.ts';
import { backupJson, restoreJson } from './backup-json.ts';
import { drillJson } from './drill-json.ts';
import { changedHostJson, planJson } from './plan-json.ts';
import { explainJson } from './explain-json.ts';
import { proofJson, studyJson, studiesJson, whyJson } from './images.ts';
import { testJson } from './test-json.ts';

const milliseconds = z.int().describe('Milliseconds');

const status = z.object({
  production: z.object({
    name: z.string(),
    id: z.string(),
    state: z
      .enum(['Running', 'Stopped', 'Suspended', 'Troubled'])
      .describe('Running is true: a process holds the lock of the data directory'),
    explanation: z.string().exactOptional().describe('What there is to know beyond the state'),
    since: time
      .exactOptional()
      .describe('When it was started, while it runs; else when it was last alive'),
    isAnswering: z.boolean().describe('Runs, and has written its heartbeat within 15 s'),
    ready: z.boolean().describe('Images can come in: what /readyz says'),
    reasons: z.array(z.string()).describe('Why not, in the words of /readyz'),
    heartbeatAt: time.exactOptional(),
    pid: z.int().exactOptional(),
    recoveries: z.int().describe('How often a start found the last run ended without a stop'),
    file: z.string().exactOptional(),
    dataDirectory: z.string(),
  }),
  disk: z
    .object({
      size: z.number(),
      free: z.number(),
      perDay: z.number().describe('Of documents, in the last day'),
    })
    .describe('The disk of the data directory, in bytes'),
  lastBackup: z
    .object({ time, directory: z.string() })
    .exactOptional()
    .describe('Absent while there was none'),
  redis: z.object({
    status: z.enum(['connected', 'unavailable', 'unknown']),
    url: z.string().exactOptional(),
    since: time.exactOptional(),
  }),
  endpoints: z.record(z.string(), z.string()),
  hosts: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['BusinessService', 'BusinessProcess', 'BusinessOperation', 'Unknown']),
      component: z.string(),
      poolSize: z.int(),
      status: z.enum(['Starting', 'Running', 'Stopped', 'Disabled', 'Error']),
      detail: z.string().exactOptional().describe('What it listens on or writes to'),
      queue,
    }),
  ),
  alerts: z
    .array(alert)
    .describe('Open ones, and those of the last day that those who are told have not got'),
  refusals: z
    .array(event)
    .describe(
      'Associations refused in the last hour, newest first; the text says what would accept them',
    ),
});

const sentFile = z.object({
  path: z.string(),
  isSent: z.boolean(),
  status: z
    .string()
    .exactOptional()
    .describe('Four hex digits of the DIMSE status the peer answered'),
  text: z.string().describe('The outcome in words'),
});

const examination = z.object({
  isHealthy: z.boolean().describe('There is no problem; there may be warnings'),
  findings: z.array(
    z.object({
      check: z.enum(checks),
      severity: z.enum(['fine', 'warning', 'problem']),
      text: z.string(),
      meaning: z.string().exactOptional().describe('What it means, where it is not fine'),
      remedy: z.string().exactOptional().describe('What to do, where it is not fine'),
      paths: z
        .array(z.string())
        .readonly()
        .exactOptional()
        .describe('The files it is about, at most 100'),
    }),
  ),
});

/** What each verb prints under `--json`. New keys may come; the keys here keep their names and meanings. */
export const outputs = {
  check: checkJson,
  config: configJson,
  list: listJson,
  version: versionJson,
  settings: z.object({
    file: z.string(),
    hosts: z.array(
      z.object({
        name: z.string(),
        component: z.string(),
        settings: z.array(
          z.object({
            name: z.string(),
            value: z.unknown().describe('Bullets for a secret; milliseconds for a duration'),
            from: z.enum(['environment', 'file', 'default']),
            place: z.string().exactOptional().describe('Where it stands, file:line:column'),
          }),
        ),
      }),
    ),
  }),
  status,
  associations: z.object({
    isAnswering: z.boolean().describe('The production runs and answers; else nobody is shown'),
    ...connectionsJson.shape,
    refusals: z.array(event).describe('Of the last day, newest first, at most 20'),
  }),
  queues: z.object({ queues: z.array(queue) }),
  messages: z.object({
    messages: z.array(headerJson).describe('Newest first'),
    next: z.int().exactOptional().describe('Give it to --before for the next page'),
  }),
  show: messageJson.describe('May hold patient data'),
  trace: z.object({
    sessionId: z.int(),
    traceId: z.string().describe('The trace of the session, where traces are sent'),
    summary: z.string().describe('The session in one line, for people'),
    messages: z
      .array(
        z.object({
          header: headerJson,
          wait: milliseconds.exactOptional().describe('Milliseconds in the queue'),
          run: milliseconds.exactOptional().describe('Milliseconds of work, retries included'),
        }),
      )
      .describe('Oldest first'),
    events: z.array(event).describe('Oldest first'),
  }),
  acted: z
    .object({
      done: z.array(
        z.object({ id: z.int(), newId: z.int().exactOptional().describe('Of the new message') }),
      ),
      refused: z.array(z.object({ id: z.int(), code: z.string(), text: z.string() })),
      wouldBe: z.array(z.int()).exactOptional().describe('Under --dry-run'),
    })
    .describe('resend, resubmit, discard, abort'),
  host: z
    .object({ name: z.string(), status: z.enum(['running', 'stopped', 'disabled']) })
    .describe('enable, disable, start-host, stop-host, restart'),
  'test-message': z
    .object({
      messageId: z.int(),
      sessionId: z.int(),
      target: z.string(),
      outcome: z.enum(['answered', 'failed', 'sent']).describe('sent: nobody waited (--no-wait)'),
      responseId: z.int().exactOptional(),
      milliseconds: milliseconds.exactOptional(),
      error: errorStatusJson.exactOptional(),
      body: bodyJson.exactOptional().describe('Of the response'),
    })
    .describe('May hold patient data'),
  test: testJson,
  update: z.object({
    isApplied: z.boolean().describe('False under --dry-run'),
    keys: z.array(z.string()).describe('Of the file itself, like shutdownTimeout 2 min → 30 s'),
    hosts: z.array(changedHostJson),
    reset: z.array(z.string()).describe('Under --reset: hosts that are enabled and started'),
    warnings: z.string().describe('What production check warns about'),
  }),
  purge: z.object({
    sessions: z.int(),
    messages: z.int(),
    documents: z.int().describe('Files; 0 under --dry-run'),
    held: z.string().exactOptional().describe('Why files may stay that nothing refers to any more'),
  }),
  backup: backupJson,
  restore: restoreJson,
  events: z.object({ events: z.array(event).describe('Oldest first') }),
  audit: auditJson,
  tail: z
    .union([
      z.object({ message: headerJson.describe('New, or its status or its attempts have changed') }),
      z.object({ event }),
      z.object({ leftOut: z.int().describe('So many came at once that they are not given') }),
    ])
    .describe('One line of the output'),
  why: whyJson,
  explain: explainJson,
  proof: proofJson.describe('May hold patient data'),
  study: studyJson,
  studies: studiesJson,
  doctor: examination,
  drill: drillJson,
  plan: planJson,
  send: z.object({
    peer: z.string(),
    sent: z.int(),
    failed: z.int(),
    files: z.array(sentFile),
  }),
  echo: z.object({ peer: z.string(), status: z.string(), milliseconds }),
};

/** What a verb prints under `--json`. */
export type Output<Verb extends keyof typeof outputs> = z.output<(typeof outputs)[Verb]>;
