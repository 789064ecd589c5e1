import type { Answered, MessageHeader } from '@consort/core';
import type { Tone } from './tone.ts';

/**
 * A message's status as people should read it, in the words of `production trace`: Delivered is "Delivered (in
 * progress)", and a response that reached the peer outside is "Sent, answered 0000", or "Sent, others follow" where it
 * is one of several.
 * @param request the request that a response belongs to, where it is known
 */
export function statusWords(header: MessageHeader, request?: MessageHeader): string {
  if (header.status === 'Delivered') {
    return header.attempts > 0 ? 'Delivered (retrying)' : 'Delivered (in progress)';
  }
  if (header.status !== 'Completed') return header.status;
  const reachesPeer = header.type === 'Response' && header.targetBusinessType === 'BusinessService';
  // What the request was answered with in the end is the last answer's.
  if (reachesPeer && header.isPartial) return 'Sent, others follow';
  if (reachesPeer && request?.answered) return sentWords(request.answered);
  return header.isError ? 'Completed (an error)' : 'Completed';
}

function sentWords(answered: Answered): string {
  if (answered.status === 'abort') return 'Sent, an abort';
  return answered.status === 'none' || answered.status === 'taken'
    ? 'Completed'
    : `Sent, answered ${answered.status}`;
}

/** How a message's status is meant. */
export function statusTone({ status, isError, attempts }: MessageHeader): Tone {
  if (status === 'Error' || status === 'Aborted' || isError) return 'bad';
  if (status === 'Completed') return 'good';
  if (status === 'Discarded' || status === 'Suspended' || attempts > 0) return 'doubtful';
  return 'idle';
}
