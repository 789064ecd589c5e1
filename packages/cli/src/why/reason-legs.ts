import {
  formatDuration,
  isFinished,
  type Leg,
  type MessageHeader,
  type RecordedReceipt,
} from '@consort/core';
import { sentAgainAs, waitedForBy } from '../images/leg-relations.ts';
import { between, formatAge, formatMoment } from '../terminal/time.ts';
import { errorWords } from '../trace/leg.ts';
import { senderWords } from '../trace/arrival.ts';
import { describeAnswer } from '../trace/summary.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason, ReasonedLeg } from './reason.ts';
import { reasonForWaiting } from './reason-for-waiting.ts';
import { failures, nextTry } from './words.ts';

/** Says of each leg of an image's way what happened and what it waits for, each in one sentence. */
export function reasonLegs(
  legs: readonly Leg[],
  circumstances: Circumstances,
): readonly ReasonedLeg[] {
  return legs.map((leg) => ({
    header: leg.header,
    reason:
      leg.header.type === 'Request'
        ? reasonForRequest(leg, legs, circumstances)
        : reasonForResponse(leg.header, legs, circumstances),
  }));
}

function reasonForRequest(leg: Leg, legs: readonly Leg[], circumstances: Circumstances): Reason {
  const reason = requestAlone(leg, legs, circumstances);
  const { header } = leg;
  if (header.id !== header.sessionId || !header.arrival) return reason;
  return { ...reason, answer: `${senderWords(header.arrival)} was ${describeAnswer(header)}` };
}

function requestAlone(leg: Leg, legs: readonly Leg[], circumstances: Circumstances): Reason {
  const { header } = leg;
  const host = header.targetConfigName;
  switch (header.status) {
    case 'Completed':
      return { kind: 'done', sentence: doneWords(leg, circumstances.now) };
    case 'Error':
      return reasonForFailure(header, legs, circumstances.now);
    case 'Aborted':
      return { kind: 'aborted', sentence: `was aborted on its way to ${host}` };
    case 'Discarded':
      return { kind: 'setAside', sentence: `was set aside: ${header.note ?? 'no reason noted'}` };
    case 'Suspended':
      return { kind: 'suspended', sentence: suspendedWords(header) };
    case 'Deferred':
      return reasonForDeferral(header, legs, circumstances.now);
    case 'Delivered':
      return reasonForProgress(header, legs, circumstances);
    default:
      return reasonForWaiting(header, circumstances);
  }
}

function doneWords({ header, receipts }: Leg, now: Date): string {
  const host = header.targetConfigName;
  const after = header.attempts > 0 ? `, after ${failures(header.attempts)}` : '';
  if (receipts.length > 0) {
    return `${host} delivered it ${receipts.map((receipt) => takenWords(receipt, now)).join(' and ')}${after}`;
  }
  if (header.targetBusinessType === 'Unknown') return 'its timer has run down';
  const time = between(header.timeDelivered, header.timeProcessed);
  const took = time === undefined ? '' : ` in ${formatDuration(time)}`;
  const at = header.timeProcessed ? ` at ${formatMoment(header.timeProcessed, now)}` : '';
  return `${host} finished it${at}${took}${after}`;
}

/** The name of a file may hold values of the image: `proof` gives it. */
function takenWords({ peer, status, time }: RecordedReceipt, now: Date): string {
  const to = peer.startsWith('file:') ? 'to a file' : `to ${peer}`;
  return `${to} (${status}) at ${formatMoment(time, now)}`;
}

function reasonForFailure(header: MessageHeader, legs: readonly Leg[], now: Date): Reason {
  const at = header.timeProcessed ? ` at ${formatMoment(header.timeProcessed, now)}` : '';
  const since =
    header.attempts > 0 && header.firstFailedAt
      ? ` after ${failures(header.attempts)} since ${formatMoment(header.firstFailedAt, now)}`
      : '';
  const why = header.errorStatus ? `: ${errorWords(header.errorStatus)}` : '';
  const sentence = `${header.targetConfigName} failed for good${at}${since}${why}`;
  const again = sentAgainAs(header, legs);
  if (again === undefined) return { kind: 'failed', sentence };
  return { kind: 'sentAgain', sentence: `${sentence}; it was sent again as message ${again}` };
}

function suspendedWords(header: MessageHeader): string {
  const why = header.errorStatus ? ` (${errorWords(header.errorStatus)})` : '';
  return `is suspended at ${header.targetConfigName}${why} and waits for a person to decide`;
}

function reasonForDeferral(header: MessageHeader, legs: readonly Leg[], now: Date): Reason {
  const host = header.targetConfigName;
  if (header.targetBusinessType === 'Unknown') {
    const end = header.expiresAt ? ` until ${formatMoment(header.expiresAt, now)}` : '';
    return { kind: 'deferred', sentence: `is a timer that runs${end}` };
  }
  const awaited = legs
    .map((leg) => leg.header)
    .filter(
      ({ type, status, businessProcessId }) =>
        type === 'Request' && businessProcessId === header.id && !isFinished(status),
    );
  if (awaited.length === 0) {
    return { kind: 'deferred', sentence: `${host} has put it aside and will be given its answer` };
  }
  const list = awaited.map(({ id, targetConfigName }) => `${id} (${targetConfigName})`).join(', ');
  return {
    kind: 'waitingForResponse',
    sentence: `${host} waits for the responses to message ${list}`,
    waitsFor: awaited[0]?.id ?? header.id,
  };
}

function reasonForProgress(
  header: MessageHeader,
  legs: readonly Leg[],
  { now, notRunning }: Circumstances,
): Reason {
  const host = header.targetConfigName;
  if (notRunning !== undefined) {
    return {
      kind: 'notRunning',
      sentence: `${host} had it in hand when the production ended (${notRunning}); it goes on at the next start`,
    };
  }
  if (header.attempts > 0) {
    return { kind: 'retrying', sentence: `${host} ${nextTry(header, now)}` };
  }
  const asked = waitedForBy(header, legs)?.header;
  if (asked) {
    const sentence = `${host} waits for the response to message ${asked.id} from ${asked.targetConfigName}`;
    return { kind: 'waitingForResponse', sentence, waitsFor: asked.id };
  }
  const since = header.timeDelivered
    ? ` since ${formatMoment(header.timeDelivered, now)} (${formatAge(header.timeDelivered, now)})`
    : '';
  return { kind: 'working', sentence: `${host} has been working on it${since}` };
}

function reasonForResponse(
  header: MessageHeader,
  legs: readonly Leg[],
  circumstances: Circumstances,
): Reason {
  const { now } = circumstances;
  const [from, to] = [header.sourceConfigName, header.targetConfigName];
  const what = header.isError ? `the error of ${from}` : `the response of ${from}`;
  if (header.status === 'Discarded') {
    const sentence = `${what} was set aside: ${header.note ?? 'no reason noted'}`;
    return { kind: 'setAside', sentence };
  }
  if (header.status === 'Completed') {
    const request = legs.find((leg) => leg.header.id === header.correspondingMessageId)?.header;
    const sent =
      header.targetBusinessType === 'BusinessService' &&
      request?.answered &&
      request.answered.status !== 'taken'
        ? `${what} has reached ${to}, which ${describeAnswer(request)}`
        : `${what} has reached ${to}`;
    return { kind: 'done', sentence: sent };
  }
  if (header.targetQueueName !== to) {
    const since = header.timeQueued ? ` since ${formatMoment(header.timeQueued, now)}` : '';
    return { kind: 'next', sentence: `${what} has been there for ${to} to take${since}` };
  }
  if (header.status === 'Queued') {
    const waiting = reasonForWaiting(header, circumstances);
    return { ...waiting, sentence: `${what} ${waiting.sentence}` };
  }
  return { kind: 'working', sentence: `${what} is in the hands of ${to}` };
}
