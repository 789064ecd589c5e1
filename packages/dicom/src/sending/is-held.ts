import { codeOf, EngineError, PermanentError } from '@consort/core';
import { findMatches } from '../association/find-matches.ts';
import type { QueryResponse } from '../association/dimse-request.ts';
import type { RequestedAssociation } from '../association/requested-association.ts';
import { decodeDataSet } from '../data-set/decode-data-set.ts';
import { encodeDataSet } from '../data-set/encode-data-set.ts';
import type { DataValue } from '../data-set/value.ts';
import { dimseStatusInWords, statusHex } from '../dimse-status.ts';
import type { ContextToPropose } from './needed-contexts.ts';
import type { Confirmation, ImageToSend } from './send-image.ts';

// Study Root Query/Retrieve Information Model - FIND (PS3.4 section C.6.2), in the transfer syntaxes that we write.
const studyRoot = '1.2.840.10008.5.1.4.1.2.2.1';

/** What an association must propose besides for `isHeld`. */
export const queryContext: ContextToPropose = {
  abstractSyntax: studyRoot,
  transferSyntaxes: ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'],
};

/**
 * Asks the peer whether it holds an image: C-FIND at the IMAGE level by its unique keys (PS3.4 section C.6.2).
 * @throws EngineError CONFIRMATION_FAILED when its answer says neither, PermanentError when none will;
 *   ASSOCIATION_ABORTED, PEER_TIMEOUT
 */
export async function isHeld(
  association: RequestedAssociation,
  image: ImageToSend,
): Promise<Confirmation> {
  const keys = uniqueKeysOf(image);
  const response = await find(association, (transferSyntaxUid) =>
    encodeDataSet(keys, { transferSyntaxUid, purpose: 'query' }),
  );
  const { status, matches, transferSyntaxUid } = response;
  if (status !== 0x0000) {
    const answer = `${statusHex(status)} (${dimseStatusInWords(status)})`;
    throw new EngineError(
      'CONFIRMATION_FAILED',
      `${association.peer} answered Success to the image, and ${answer} when asked whether it holds it; it is asked again as retry says`,
    );
  }
  for (const match of matches) {
    if (sopInstanceUidOf(match, transferSyntaxUid) === image.sopInstanceUid) return 'held';
  }
  return { why: 'does not hold it when asked' };
}

/** PS3.4 section C.6.2.1: the unique keys of an image and of what it is in. */
function uniqueKeysOf({ document, sopInstanceUid }: ImageToSend) {
  const { studyInstanceUid, seriesInstanceUid } = document.attributes;
  if (studyInstanceUid && seriesInstanceUid) {
    return {
      QueryRetrieveLevel: 'IMAGE',
      StudyInstanceUID: studyInstanceUid,
      SeriesInstanceUID: seriesInstanceUid,
      SOPInstanceUID: sopInstanceUid,
    };
  }
  throw new PermanentError(
    'CONFIRMATION_FAILED',
    'an image without Study and Series Instance UID cannot be asked for (PS3.4 section C.6.2); send it through an operation with confirm: none',
  );
}

async function find(
  association: RequestedAssociation,
  identifier: (transferSyntaxUid: string) => Buffer,
): Promise<QueryResponse> {
  try {
    return await findMatches(association, { sopClassUid: studyRoot, identifier });
  } catch (error) {
    if (codeOf(error) !== 'CONTEXT_NOT_ACCEPTED') throw error;
    throw new PermanentError(
      'CONFIRMATION_FAILED',
      `${association.peer} answered Success to the image and cannot be asked whether it holds it: ` +
        'it does not take C-FIND, Study Root; have it allowed there, or write confirm: none',
    );
  }
}

/** What a match says it is; nothing where it cannot be read. */
function sopInstanceUidOf(match: Buffer, transferSyntaxUid: string): DataValue | undefined {
  try {
    return decodeDataSet(match, transferSyntaxUid)['SOPInstanceUID'];
  } catch {
    return undefined;
  }
}
