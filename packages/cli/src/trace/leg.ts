import {
  formatDuration,
  isFinished,
  type ErrorStatus,
  type Message,
  type MessageHeader,
} from '@consort/core';
import { statusColour, statusWords } from '../status-words.ts';
import { between } from '../terminal/time.ts';

/** One leg of a session, in words. */
export interface Leg {
  readonly number: string;
  readonly source: string;
  readonly target: string;
  readonly type: MessageHeader['type'];
  /** What stands on the arrow. */
  readonly label: string;
  /** The arrow ends before its target: set aside, or stopped by hand. */
  readonly isCut: boolean;
  readonly status: string;
  readonly colour: ReturnType<typeof statusColour>;
  readonly wait: string;
  readonly run: string;
  /** What went wrong on it: retries, the error, why it was set aside. */
  readonly remarks: readonly string[];
}

/** Words the legs of a session, in the order they were made. */
export function wordLegs(messages: readonly Message[], now: Date): readonly Leg[] {
  const headers = new Map(messages.map(({ header }) => [header.id, header]));
  return messages.map(({ header }) => {
    const request = headers.get(header.correspondingMessageId ?? -1);
    return {
      number: String(header.id),
      source: header.sourceConfigName,
      target: header.targetConfigName,
      type: header.type,
      label: header.messageBodyClassName ?? '',
      isCut: header.status === 'Discarded' || header.status === 'Aborted',
      status: statusWords(header, request),
      colour: statusColour(header),
      wait: formatOrDash(waitOf(header, now)),
      run: formatOrDash(runOf(header, now)),
      remarks: remarksOf(header, request, now),
    };
  });
}

/** Milliseconds in the queue; undefined when it was never in one. */
export function waitOf(header: MessageHeader, now: Date): number | undefined {
  const end = header.timeDelivered ?? (isFinished(header.status) ? undefined : now.toISOString());
  return between(header.timeQueued, end);
}

/** Milliseconds of work, retries included; undefined before it began. */
export function runOf(header: MessageHeader, now: Date): number | undefined {
  if (header.status === 'Queued') return undefined;
  const end = isFinished(header.status) ? header.timeProcessed : now.toISOString();
  return between(header.timeDelivered, end);
}

function formatOrDash(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : formatDuration(milliseconds);
}

function remarksOf(
  header: MessageHeader,
  request: MessageHeader | undefined,
  now: Date,
): readonly string[] {
  const remarks: string[] = [];
  if (header.attempts > 0) remarks.push(retryWords(header, now));
  // A response repeats the error of its request.
  if (header.errorStatus && (header.type === 'Request' || !request?.errorStatus)) {
    remarks.push(errorWords(header.errorStatus));
  }
  if (header.note) remarks.push(header.note);
  return remarks;
}

/** Says how often a message failed, and when it is tried again. */
export function retryWords(header: MessageHeader, now: Date): string {
  const failed = `failed ${header.attempts === 1 ? 'once' : `${header.attempts} times`}`;
  if (header.status === 'Completed') return `${failed} before`;
  if (isFinished(header.status) || !header.nextAttemptAt) return failed;
  const pause = between(now.toISOString(), header.nextAttemptAt) ?? 0;
  return pause > 0
    ? `${failed}, next attempt in ${formatDuration(pause)}`
    : `${failed}, trying again`;
}

/** An error with its code and where it began. */
export function errorWords(error: ErrorStatus): string {
  const origin = error.origin ? ` (began at ${error.origin.host}: ${error.origin.code})` : '';
  return `${error.code}: ${error.text}${origin}`;
}
