import { z } from 'zod';
import type { Component } from '../component.ts';
import { duration, target } from '../settings.ts';
import type { Expectation, HostAlerts } from './host-alerts.ts';
import { longestStretch, parseHours, type Hours } from './hours.ts';

/** The keys of `alerts` in a production file. */
export const alertsOfProduction = z.object({
  target: target({ async: true }).meta({
    description:
      'The process or operation that is sent a message of type alert for each alert (IRIS Ens.Alert).',
  }),
});

const after = (what: string) =>
  duration()
    .refine((value) => value > 0 && value !== Infinity, {
      message: `${what} is longer than 0 and not for ever; leave it out for no alert`,
    })
    .optional();

const grace = duration()
  .refine((value) => value !== Infinity, { message: 'a grace period is not for ever' })
  .prefault('0s');

const hours = z.string().transform((text, context): readonly Hours[] => {
  const parsed = parseHours(text);
  if (parsed) return parsed;
  const message = `${JSON.stringify(text)} are no hours; write them like Mon-Fri 07:00-19:00, several with commas between`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const expectation = z
  .object({
    callingAet: z
      .string()
      .min(1)
      .max(16)
      .meta({ description: 'The calling AE title that is expected to send.' }),
    within: duration()
      .refine((value) => value > 0 && value !== Infinity, {
        message: 'within is longer than 0 and not for ever',
      })
      .meta({ description: 'How long it may send nothing, like 45m.' }),
    during: hours.optional().meta({
      description:
        'When it is expected to, in the local time of the process, like Mon-Fri 07:00-19:00. Default: always.',
    }),
  })
  .superRefine(({ within, during }, context) => {
    if (!during || within <= longestStretch(during)) return;
    const message = 'within is longer than the hours of during, so there would never be an alert';
    context.addIssue({ code: 'custom', path: ['within'], message });
  });

const expectations = z
  .array(expectation)
  .min(1)
  .superRefine((all, context) => {
    for (const [index, { callingAet }] of all.entries()) {
      if (all.findIndex((other) => other.callingAet === callingAet) === index) continue;
      const message = `${callingAet} is expected already; name it once, with all its hours`;
      context.addIssue({ code: 'custom', path: [index, 'callingAet'], message });
    }
  });

const common = {
  alertOnError: z
    .boolean()
    .default(false)
    .meta({ description: 'Alert when the host fails (IRIS AlertOnError).' }),
  inactivityTimeout: after('an inactivityTimeout').meta({
    description: 'Alert when the host has had no work for so long (IRIS InactivityTimeout).',
  }),
};

const withQueue = {
  ...common,
  alertRetryGracePeriod: grace.meta({
    description:
      'No alert about a message that is being retried before it has failed for so long (IRIS AlertRetryGracePeriod).',
  }),
  queueCountAlert: z.int().min(1).optional().meta({
    description: 'Alert when so many messages wait for the host (IRIS QueueCountAlert).',
  }),
  queueWaitAlert: after('a queueWaitAlert').meta({
    description:
      'Alert when a message has waited for so long, the one in work included (IRIS QueueWaitAlert).',
  }),
};

/** The keys of a host that are about alerts, for each kind of host. */
export const alertKeys = {
  service: {
    ...common,
    alertGracePeriod: grace.meta({
      description: 'No alert when the service works again in this time (IRIS AlertGracePeriod).',
    }),
    expect: z
      .union([expectation, expectations])
      .optional()
      .meta({ description: 'Who is expected to send; an alert says when one has fallen silent.' }),
  },
  process: withQueue,
  operation: withQueue,
} as const satisfies Readonly<Record<Component['kind'], z.ZodRawShape>>;

/** What the keys of a host make of them. */
export interface AlertKeys {
  readonly alertOnError: boolean;
  readonly inactivityTimeout?: number;
  readonly alertGracePeriod?: number;
  readonly alertRetryGracePeriod?: number;
  readonly queueCountAlert?: number;
  readonly queueWaitAlert?: number;
  readonly expect?: Expectation | readonly Expectation[];
}

/** What a host's keys ask for; undefined when they ask for nothing. */
export function hostAlertsOf(keys: AlertKeys): HostAlerts | undefined {
  const { alertOnError, queueCountAlert, queueWaitAlert, inactivityTimeout, expect } = keys;
  const alerts: HostAlerts = {
    ...(alertOnError && {
      onError: { grace: keys.alertGracePeriod ?? keys.alertRetryGracePeriod ?? 0 },
    }),
    ...(queueCountAlert !== undefined && { queueCount: queueCountAlert }),
    ...(queueWaitAlert !== undefined && { queueWait: queueWaitAlert }),
    ...(inactivityTimeout !== undefined && { inactivity: inactivityTimeout }),
    ...(expect !== undefined && { expect: [expect].flat() }),
  };
  return Object.keys(alerts).length > 0 ? alerts : undefined;
}
