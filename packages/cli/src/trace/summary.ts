import {
  formatDuration,
  isFinished,
  type Answered,
  type Message,
  type MessageHeader,
} from '@consort/core';
import { between } from '../terminal/time.ts';
import { arrivalWords } from './arrival.ts';
import { errorWords, retryWords, runOf, waitOf } from './leg.ts';

/** Who brought a session in and what it was told: `from ORTHANC at 127.0.0.1 to IRIS, answered 0000 after 23 ms`. */
export function describeOrigin(messages: readonly Message[]): string | undefined {
  const first = messages[0]?.header;
  // Nobody outside has brought it: what its maker says of it.
  if (!first?.arrival) return first?.description;
  return `${arrivalWords(first.arrival)}, ${describeAnswer(first)}`;
}

/** What the peer outside was told about a request, and after how long; of a file, when it was taken. */
export function describeAnswer(
  request: Pick<MessageHeader, 'answered' | 'timeCreated' | 'arrival'>,
): string {
  const { answered, arrival } = request;
  if (!answered) {
    return arrival && arrival.callingAeTitle === undefined ? 'not taken yet' : 'not answered yet';
  }
  if (answered.status === 'none') return `not answered: ${answered.note ?? 'peer gone'}`;
  const after = ` after ${formatDuration(between(request.timeCreated, answered.time) ?? 0)}`;
  return `${told(answered)}${after}${addedNote(answered)}`;
}

function told({ status }: Answered): string {
  if (status === 'abort') return 'aborted';
  return status === 'taken' ? 'taken' : `answered ${status}`;
}

/** The note, unless it only repeats what was answered. */
function addedNote({ status, note }: Answered): string {
  return note && !note.includes(status) ? ` (${note})` : '';
}

/** The whole session in one line: `Completed: answered 0000 after 23 ms`, `Discarded: peer gone`. */
export function summarize(messages: readonly Message[], now: Date): string {
  const headers = messages.map(({ header }) => header);
  const [first] = headers;
  if (!first) return 'Empty';
  const parts = [...unfinishedWords(headers, now), ...failureWords(headers)];
  const discarded = headers.findLast(({ status }) => status === 'Discarded');
  if (discarded) parts.push(`Discarded: ${discarded.note ?? 'no reason noted'}`);
  if (parts.length > 0) return parts.join('; ');
  if (!first.arrival && !first.answered) return 'Completed';
  return `${wasRefused(first) ? 'Failed' : 'Completed'}: ${describeAnswer(first)}`;
}

/** Says whether the peer was told something else than Success or a warning (PS3.7 annex C). */
function wasRefused({ answered }: MessageHeader): boolean {
  return answered !== undefined && !/^(0000|0001|0107|0116|B...|taken)$/i.test(answered.status);
}

/** What still happens: the legs that nothing else of the session waits behind, so the newest unfinished one. */
function unfinishedWords(headers: readonly MessageHeader[], now: Date): string[] {
  const newest = headers.findLast(({ status }) => !isFinished(status));
  if (!newest) return [];
  const at = newest.targetConfigName;
  if (newest.status === 'Queued') {
    return [`Queued for ${at} since ${formatDuration(waitOf(newest, now) ?? 0)}`];
  }
  if (newest.status !== 'Delivered') return [`${newest.status} at ${at}`];
  if (newest.attempts === 0) {
    return [`In progress at ${at} since ${formatDuration(runOf(newest, now) ?? 0)}`];
  }
  const error = newest.errorStatus ? `: ${errorWords(newest.errorStatus)}` : '';
  return [`Retrying at ${at}, ${retryWords(newest, now)}${error}`];
}

/** Where it went wrong first, furthest from the peer: what failed before it is a consequence. */
function failureWords(headers: readonly MessageHeader[]): string[] {
  const failures = headers.filter(
    ({ status, type }) => type === 'Request' && (status === 'Error' || status === 'Aborted'),
  );
  const root =
    failures.findLast(({ errorStatus }) => errorStatus && !errorStatus.origin) ?? failures.at(-1);
  if (!root) return [];
  const words = root.errorStatus ? `: ${errorWords(root.errorStatus)}` : '';
  return [`${root.status} at ${root.targetConfigName}${words}`];
}
