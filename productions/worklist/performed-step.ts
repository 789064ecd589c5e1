import type { Request } from '@consort/core';
import { nCreateResponse, nSetResponse, type CommandSet, type DataValues } from '@consort/dicom';
import { statusOf, type Schedule } from './schedule.ts';

// PS3.4 section F.7.2, PS3.7 annex C.
const invalidAttributeValue = 0x0106;
const processingFailure = 0x0110;
const duplicateSopInstance = 0x0111;
const noSuchSopInstance = 0x0112;
const missingAttribute = 0x0120;
/** "Performed Procedure Step Object may no longer be updated." */
const mayNoLongerBeUpdated = 0xa710;

/** N-CREATE: a modality has begun; the item's status is what it says. */
export function createStep(
  request: Request,
  { affectedSopInstanceUid: uid }: CommandSet,
  attributes: DataValues,
  schedule: Schedule,
) {
  if (!uid)
    return nCreateResponse(request, { status: missingAttribute, comment: 'no SOP Instance UID' });
  if (statusOf(attributes) !== 'IN PROGRESS')
    return nCreateResponse(request, { status: invalidAttributeValue });
  const isNew = schedule.create(uid, attributes);
  // Run again after a crash it finds its own; only another step under the same UID is a duplicate.
  return nCreateResponse(request, { status: isNew ? 0x0000 : duplicateSopInstance });
}

/** N-SET: what was done so far; COMPLETED or DISCONTINUED is the last word. */
export function setStep(
  request: Request,
  { requestedSopInstanceUid: uid = '' }: CommandSet,
  attributes: DataValues,
  schedule: Schedule,
) {
  if (!['', 'IN PROGRESS', 'COMPLETED', 'DISCONTINUED'].includes(statusOf(attributes))) {
    return nSetResponse(request, { status: invalidAttributeValue });
  }
  const outcome = schedule.set(uid, attributes);
  if (outcome === 'unknown') return nSetResponse(request, { status: noSuchSopInstance });
  if (outcome === 'set') return nSetResponse(request);
  const response = nSetResponse(request, {
    status: processingFailure,
    comment: 'Performed Procedure Step Object may no longer be updated',
  });
  return { ...response, command: { ...response.command, errorId: mayNoLongerBeUpdated } };
}
