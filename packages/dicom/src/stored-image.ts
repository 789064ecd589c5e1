import { PermanentError, type DocumentWriter } from '@consort/core';
import type { CommandElements } from './association/command-set.ts';
import type { DicomDocument } from './document.ts';
import { readHeader } from './header/read-header.ts';

/**
 * Gives the bytes of an image their name once their head agrees with the command they came with.
 * @param elements of its C-STORE-RQ
 * @returns the request as a document
 * @throws PermanentError INSTANCE_MISMATCH, DATA_SET_UNREADABLE; what the writer throws
 */
export async function storedImage(
  writer: DocumentWriter,
  transferSyntaxUid: string,
  elements: CommandElements,
): Promise<DicomDocument> {
  const { affectedSopClassUid, affectedSopInstanceUid } = elements;
  const { sopClassUid, sopInstanceUid, attributes } = await readHeader(writer, transferSyntaxUid);
  // PS3.4 section B.2.3: A9xx, data set does not match SOP class.
  if (sopClassUid !== affectedSopClassUid || sopInstanceUid !== affectedSopInstanceUid) {
    throw new PermanentError(
      'INSTANCE_MISMATCH',
      'the SOP class or instance UID in the data set is not the one in the command',
    );
  }
  const { digest, size } = await writer.commit();
  return {
    type: 'dicom.document',
    command: { commandField: 'C-STORE-RQ', ...elements },
    document: { digest, size, transferSyntaxUid, sopClassUid, attributes },
  };
}
