import type { Event } from '../event.ts';
import { formatDuration } from '../format-duration.ts';
import type { MessageBody } from '../message.ts';

/**
 * What an alert can be about.
 *
 * - error: the host fails
 * - queueCount, queueWait: too many messages wait for it, or one for too long
 * - inactive: it has had no work for too long
 * - expectedSender: a calling AE title that is expected to send has fallen silent
 * - deadWorker: the thread of hosts has ended unexpectedly
 * - imageReturned: a calling AE title sends back what was delivered to it
 */
export type AlertCondition =
  | 'error'
  | 'queueCount'
  | 'queueWait'
  | 'inactive'
  | 'expectedSender'
  | 'deadWorker'
  | 'imageReturned';

/** One condition of one host, from its beginning to its end. Times are ISO 8601, UTC. */
export interface Alert {
  readonly id: number;
  readonly condition: AlertCondition;
  /** For a deadWorker, the hosts of the thread, with commas between. */
  readonly host: string;
  /** Who has fallen silent, or sends back. */
  readonly callingAet?: string;
  /** What is the matter, in a sentence of our own words: no value of a data element, no text of an error. */
  readonly text: string;
  readonly startedAt: string;
  /** Absent while it lasts. */
  readonly endedAt?: string;
  /** Of an error, a deadWorker and an imageReturned: when it happened last. */
  readonly lastAt?: string;
  /** error: failures; deadWorker: ends of the thread; imageReturned: images; queueCount: the most messages that waited. */
  readonly count?: number;
  /** Why it ended, when its condition did not. */
  readonly note?: string;
}

/** An alert, and whether those who are told have been told. */
export interface RecordedAlert extends Alert {
  /** The messages that tell of its beginning and of its end. */
  readonly messages: readonly number[];
  /** none: nobody is told but the event log. The worse of the two messages. */
  readonly delivery: 'none' | 'waiting' | 'delivered' | 'failed';
}

/** Whether a message or an event tells of an alert's beginning or of its end. */
export type AlertState = 'started' | 'ended';

/** The body of the message that tells of an alert. */
export interface AlertBody extends MessageBody {
  readonly type: 'alert';
  /** The same for beginning and end. */
  readonly alert: number;
  readonly state: AlertState;
  readonly production: string;
  readonly condition: AlertCondition;
  readonly host: string;
  readonly callingAet?: string;
  /** The whole of it in one sentence. */
  readonly text: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Milliseconds, of an alert that has ended. */
  readonly duration?: number;
  readonly count?: number;
}

/** Says whether a body is an alert: what the engine sends, and what a process of yours makes with a `text`. */
export function isAlert(
  body: MessageBody,
): body is MessageBody & { readonly type: 'alert'; readonly text: string } {
  return body.type === 'alert' && typeof body['text'] === 'string';
}

/** What is sent to those who are told. */
export function alertBody(alert: Alert, state: AlertState, production: string): AlertBody {
  const { id, condition, host, callingAet, startedAt, endedAt, count } = alert;
  return {
    type: 'alert',
    alert: id,
    state,
    production,
    condition,
    host,
    ...(callingAet === undefined ? {} : { callingAet }),
    text: alertText(alert),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt, duration: durationOf(alert) }),
    ...(count === undefined ? {} : { count }),
  };
}

/** What stands in the event log. */
export function alertEvent(alert: Alert, state: AlertState): Event {
  const { id, condition, host, count, endedAt } = alert;
  return {
    type: 'Alert',
    code: state === 'started' ? 'ALERT_STARTED' : 'ALERT_ENDED',
    text: alertText(alert),
    ...(condition === 'deadWorker' ? {} : { host }),
    details: {
      alert: id,
      condition,
      ...(count === undefined ? {} : { count }),
      ...(endedAt === undefined ? {} : { duration: durationOf(alert) }),
    },
  };
}

/** An alert in a sentence: what is the matter, or that it is over, how long it lasted and how much of it there was. */
export function alertText(alert: Alert): string {
  const { condition, text, endedAt, note } = alert;
  if (endedAt === undefined) return text;
  return note === undefined ? endings[condition](alert) : `${text}: ${note}`;
}

const endings: Readonly<Record<AlertCondition, (alert: Alert) => string>> = {
  error: (alert) => `${alert.host} works again; it had failed ${times(alert)}`,
  deadWorker: (alert) => `the thread of ${alert.host} runs again; it had ended ${times(alert)}`,
  queueCount: (alert) =>
    `the queue of ${alert.host} is short again after ${lasted(alert)}; at most ${alert.count} messages waited`,
  queueWait: (alert) =>
    `no message waits too long for ${alert.host} any more, after ${lasted(alert)}`,
  inactive: (alert) => `${alert.host} has work again, after ${lasted(alert)} without`,
  imageReturned: (alert) =>
    `${alert.callingAet} sends nothing back to ${alert.host} any more; it had sent ${alert.count === 1 ? 'one image' : `${alert.count} images`}`,
  expectedSender: (alert) =>
    `${alert.callingAet} sends to ${alert.host} again, after ${lasted(alert)} of silence`,
};

function times(alert: Alert): string {
  return alert.count === 1 ? 'once' : `${alert.count} times in ${lasted(alert)}`;
}

function lasted(alert: Alert): string {
  return formatDuration(durationOf(alert));
}

function durationOf({ startedAt, endedAt = startedAt }: Alert): number {
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}
