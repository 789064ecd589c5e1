import { isFinished, type Leg, type ReceivedImage } from '@consort/core';
import { errorWords } from '../trace/leg.ts';
import { isTaken } from './receipt-status.ts';
import { sentAgainAs, waitedForBy } from './leg-relations.ts';

/** Says what is missing between the receipt of an image and its delivery, each in one sentence. */
export function holesOf(image: ReceivedImage, legs: readonly Leg[]): readonly string[] {
  const requests = legs.filter(
    ({ header }) => header.type === 'Request' && header.targetBusinessType !== 'Unknown',
  );
  const deliveries = requests.filter(({ document, header }) => document && isToOperation(header));
  return [
    ...unanswered(image, legs),
    ...requests.flatMap((leg) => unfinished(leg, requests)),
    ...deliveries.flatMap(withoutReceipt),
    ...deliveries.flatMap(refused),
    ...deliveries.flatMap(handedOverOther),
    // An image that came back was for nobody: it had left before.
    ...(requests.length > 0 &&
    deliveries.length === 0 &&
    legs.every(({ header }) => isFinished(header.status))
      ? ['it was sent to no operation: nothing has left']
      : []),
  ];
}

function isToOperation({ targetBusinessType }: Leg['header']): boolean {
  return targetBusinessType === 'BusinessOperation';
}

function unanswered(
  { arrival, answered, messageId }: ReceivedImage,
  legs: readonly Leg[],
): readonly string[] {
  if (!arrival || answered) return [];
  const isOpen = legs.some(({ header }) => !isFinished(header.status));
  const { callingAeTitle: peer } = arrival;
  if (peer === undefined) {
    const words = isOpen
      ? 'its file has not been taken yet'
      : 'the end of its file is not recorded';
    return [`${words} on message ${messageId}`];
  }
  return [
    isOpen
      ? `${peer} has not been answered yet`
      : `what ${peer} was answered on message ${messageId} is not recorded`,
  ];
}

function unfinished({ header }: Leg, requests: readonly Leg[]): readonly string[] {
  const { id, targetConfigName: host, status, errorStatus, attempts } = header;
  // What began further on, or is waited for there, is said there.
  if (status === 'Completed' || errorStatus?.origin || waitedForBy(header, requests)) return [];
  if (isFinished(status) && sentAgainAs(header, requests) !== undefined) return [];
  const why = errorStatus ? `: ${errorWords(errorStatus)}` : '';
  if (status === 'Error') return [`${host} failed on message ${id}${why}`];
  if (status === 'Aborted') return [`message ${id} to ${host} was aborted`];
  if (status === 'Discarded')
    return [`message ${id} to ${host} was set aside: ${header.note ?? 'no reason noted'}`];
  if (status === 'Suspended')
    return [`message ${id} to ${host} is suspended and waits for a person${why}`];
  return [
    status === 'Queued'
      ? `message ${id} waits for ${host}`
      : attempts > 0
        ? `${host} retries message ${id}${why}`
        : `${host} has not ended message ${id}`,
  ];
}

function withoutReceipt({ header, receipts }: Leg): readonly string[] {
  if (header.status !== 'Completed' || receipts.length > 0) return [];
  return [
    `${header.targetConfigName} completed message ${header.id} without a receipt: where it went is not recorded`,
  ];
}

function refused({ header, receipts }: Leg): readonly string[] {
  return receipts
    .filter(({ status }) => !isTaken(status))
    .map(({ peer, status }) => `${peer} answered ${status} to message ${header.id}`);
}

function handedOverOther({ header, document, receipts }: Leg): readonly string[] {
  return receipts
    .filter(({ digest }) => digest !== document?.digest)
    .map(
      ({ peer }) =>
        `${header.targetConfigName} handed another data set to ${peer} than message ${header.id} carried`,
    );
}
