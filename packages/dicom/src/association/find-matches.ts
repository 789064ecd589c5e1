import { EngineError } from '@consort/core';
import type { Query, QueryResponse } from './dimse-request.ts';
import { isPending } from '../dimse-status.ts';
import type { RequestedAssociation } from './requested-association.ts';

// Whoever asks for one object gets one match.
const most = 100;

/**
 * C-FIND, with its responses all at once (PS3.4 section C.4.1): for what has few matches; a peer that gives more than
 * a hundred loses the association.
 * @throws EngineError CONTEXT_NOT_ACCEPTED, and nothing was sent; ASSOCIATION_ABORTED, PEER_TIMEOUT
 */
export async function findMatches(
  association: RequestedAssociation,
  { sopClassUid, identifier }: Query,
): Promise<QueryResponse> {
  const matches: Buffer[] = [];
  let last = { status: 0x0000, transferSyntaxUid: '', comment: '' };
  for await (const { status, command, dataSet, transferSyntaxUid } of association.operate({
    service: 'C-FIND',
    sopClassUid,
    elements: { affectedSopClassUid: sopClassUid, priority: 0 },
    dataSet: identifier,
  })) {
    last = {
      status: isPending(status) ? 0x0000 : status,
      transferSyntaxUid,
      comment: command.errorComment ?? '',
    };
    if (dataSet) matches.push(dataSet);
    if (matches.length <= most) continue;
    await association.abort();
    throw new EngineError(
      'ASSOCIATION_ABORTED',
      `${association.peer} found more than ${most} where one was asked for; the association was aborted by us`,
    );
  }
  const { status, transferSyntaxUid, comment } = last;
  return { status, transferSyntaxUid, matches, ...(comment && { errorComment: comment }) };
}
