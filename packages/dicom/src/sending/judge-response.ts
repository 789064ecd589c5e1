import { EngineError, PermanentError, type EventLog } from '@consort/core';
import type { PeerResponse } from '../association/dimse-request.ts';
import { dimseStatusInWords, isDone, statusHex } from '../dimse-status.ts';

/**
 * What a C-STORE response means for the message (PS3.4 table B.2-1, PS3.7 annex C): nothing for Success, an event for a
 * warning. The Error Comment is the peer's own text and may hold anything, so it is not repeated.
 * @param peer for the texts: `PACS at 10.0.0.1:104`
 * @throws EngineError PEER_REFUSED for what passes by itself, to be tried again; else the same as PermanentError
 */
export function judgeResponse({ status }: PeerResponse, peer: string, { log }: EventLog): void {
  if (status === 0x0000) return;
  const answer = `${statusHex(status)} (${dimseStatusInWords(status)})`;
  if (isDone(status)) {
    log({
      type: 'Warning',
      code: 'STORED_WITH_WARNING',
      text: `${peer} has stored the image and answered ${answer}`,
    });
    return;
  }
  const refusal = `${peer} did not store the image and answered ${answer}; ${remedy(status)}`;
  if (passes(status)) throw new EngineError('PEER_REFUSED', refusal);
  throw new PermanentError('PEER_REFUSED', refusal);
}

/** Out of resources, processing failure, resource limitation: the same image may be taken later. */
function passes(status: number): boolean {
  return status >> 8 === 0xa7 || status === 0x0110 || status === 0x0213;
}

function remedy(status: number): string {
  if (passes(status)) return 'it is sent again as retry says; see what the peer lacks';
  if (status === 0x0122) return 'have the SOP class allowed there, then resend it';
  if (status === 0x0124) return 'have our AE title allowed to store there, then resend it';
  return 'see what it logged, mend the image or the peer, then resend it';
}
