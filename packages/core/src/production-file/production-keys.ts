import { z } from 'zod';
import { alertKeys, alertsOfProduction } from '../alerts/alert-keys.ts';
import type { Component } from '../component.ts';
import { openIdConnectKeys } from '../open-id-connect.ts';
import { parseReplyCodeActions } from '../reply-code-actions.ts';
import { parseSchedule } from '../schedule/schedule.ts';
import { duration } from '../settings.ts';

/** The sections of a production file, in the order of starting what they hold, and what they hold. */
export const sections = {
  services: 'service',
  processes: 'process',
  operations: 'operation',
} as const satisfies Readonly<Record<string, Component['kind']>>;

export type Section = keyof typeof sections;
export const sectionNames = Object.keys(sections) as readonly Section[];

/** The section for a kind of component. */
export function sectionOf(kind: Component['kind']): Section {
  return sectionNames.find((section) => sections[section] === kind)!;
}

const percentage = z
  .string()
  .regex(/^\d{1,2}(\.\d+)? ?%$/, 'write a percentage, like 10%')
  .transform((text) => Number.parseFloat(text) / 100);

/** How long the record keeps what is finished. */
export const retentionKeys = z
  .object({
    completed: duration().prefault('7d').meta({
      description: 'How long a session stays after its end, like 7d; -1 is for ever.',
    }),
    failed: duration().prefault(-1).meta({
      description: 'The same for a session with a message in Error or Aborted; -1 is for ever.',
    }),
    minFreeSpace: percentage.prefault('10%').meta({
      description: 'Below this part of the disk, completed sessions leave before their time.',
    }),
    refuseBelow: percentage.prefault('5%').meta({
      description: 'Below this part of the disk, no image is taken in.',
    }),
  })
  .refine(({ minFreeSpace, refuseBelow }) => refuseBelow <= minFreeSpace, {
    path: ['refuseBelow'],
    message:
      'images would be refused before anything is purged for them; write at most minFreeSpace',
  });

const patience = duration().refine((value) => value !== Infinity, {
  message: 'what hangs would be waited for without end; write a time, like 120s',
});

/** The keys of the file itself, beside its sections. */
export const productionKeys = z.object({
  name: z.string().min(1).meta({ description: 'The name of the production.' }),
  description: z.string().optional().meta({ description: 'What the production is for.' }),
  retention: retentionKeys.prefault({}),
  shutdownTimeout: patience.prefault('120s').meta({
    description:
      'How long what is under way may take when the production is stopped; then it is forced (IRIS ShutdownTimeout).',
  }),
  updateTimeout: patience.prefault('10s').meta({
    description: 'The same for each host that an update starts anew (IRIS UpdateTimeout).',
  }),
  testingEnabled: z.boolean().default(false).meta({
    description: 'Whether production test-message may send to hosts (IRIS TestingEnabled).',
  }),
  alerts: alertsOfProduction
    .optional()
    .meta({ description: 'Who is told of alerts; the event log has them in any case.' }),
  openIdConnect: openIdConnectKeys.optional().meta({
    description: 'An OpenID provider that vouches for who logs in on the page.',
  }),
});

const interval = duration().refine((value) => value > 0 && value !== Infinity, {
  message: 'a retry interval is longer than 0 and not for ever',
});

/** When a failed message is tried again: by default every 5 s for 15 s. */
export const retryKeys = z.object({
  interval: interval
    .prefault('5s')
    .meta({ description: 'Time between tries, like 5s (IRIS RetryInterval).' }),
  timeout: duration().prefault('15s').meta({
    description:
      'How long it is tried, like 15s; -1 is for ever, 0s is once (IRIS FailureTimeout).',
  }),
  maxInterval: interval.optional().meta({
    description: 'When set, each pause is twice as long as the last, up to this.',
  }),
});

const replyCodeActions = textFor(parseReplyCodeActions).optional().meta({
  description:
    'What an error leads to, like E#FILE_EXISTS=S,E=F: C completed, W warn, R retry, S suspend, D disable the host, F fail (IRIS ReplyCodeActions).',
});

const schedule = textFor(parseSchedule).optional().meta({
  description:
    'When it runs, like START:*-*-*T07:00:00,STOP:*-*-*T19:00:00, in local time (IRIS Schedule). Default: always.',
});

const common = {
  enabled: z.boolean().default(true).meta({
    description: 'false: it does not run, and its queue goes on taking messages.',
  }),
  poolSize: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: 'Workers at the same time; 1 keeps the order of messages.' }),
  schedule,
  comment: z.string().optional().meta({ description: 'A remark for whoever reads it.' }),
  category: z.string().optional().meta({ description: 'What it belongs to, for whoever looks.' }),
  logTraceEvents: z.boolean().default(false).meta({
    description: 'Whether its events of type Trace are kept (IRIS LogTraceEvents).',
  }),
};

/** When the child process of a host with `isolation: process` is ended. */
const isolationLimits = z
  .object({
    memory: z.int().min(32).max(65_536).default(512).meta({
      description: 'MB that the objects of its component may take; then it ends.',
    }),
    silence: patience
      .refine((value) => value >= 2_000, {
        message: 'it is looked for once a second; write at least 2s',
      })
      .prefault('30s')
      .meta({
        description: 'How long its event loop may be blocked; then it is ended.',
      }),
  })
  .optional()
  .meta({ description: 'When the child process of isolation: process is ended.' });

const worked = {
  ...common,
  isolation: z.enum(['thread', 'process']).default('thread').meta({
    description:
      'process: a component of yours runs in a child process, which a blocked loop, a leak or a crash cannot leave.',
  }),
  isolationLimits,
  replyCodeActions,
};

/** The engine's keys of a host, beside `component` and `settings`. */
export const hostKeys: Readonly<Record<Component['kind'], z.ZodObject>> = {
  service: z.object({ ...common, ...alertKeys.service }),
  process: z.object({ ...worked, retry: retryKeys.optional(), ...alertKeys.process }),
  operation: z.object({
    ...worked,
    retry: retryKeys.prefault({}),
    invocation: z.enum(['queue', 'inProc']).default('queue').meta({
      description:
        'queue: in its own workers. inProc: in the worker of whoever sends to it (IRIS INVOCATION).',
    }),
    ...alertKeys.operation,
  }),
};

/** Every key the engine knows on some host. */
export const engineKeys: readonly string[] = [
  'component',
  'settings',
  ...new Set(Object.values(hostKeys).flatMap(({ shape }) => Object.keys(shape))),
];

/** A text that is read by a parser; what that throws is the mistake. */
function textFor<Value>(parse: (text: string) => Value) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}
