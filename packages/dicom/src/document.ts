import type { Document, MessageBody } from '@consort/core';

/**
 * A DIMSE command set as plain data: its elements by DICOM keyword in camelCase (PS3.7 annex E).
 * A type alias, not an interface: only that is known to be plain JSON.
 */
export type CommandSet = {
  readonly commandField: 'C-STORE-RQ' | 'C-STORE-RSP';
  readonly messageId?: number;
  readonly messageIdBeingRespondedTo?: number;
  readonly affectedSopClassUid?: string;
  readonly affectedSopInstanceUid?: string;
  /** 0 medium, 1 high, 2 low. */
  readonly priority?: number;
  /** Who had the image sent, by C-MOVE, and the message in which they asked. */
  readonly moveOriginatorApplicationEntityTitle?: string;
  readonly moveOriginatorMessageId?: number;
  /** PS3.7 annex C; 0x0000 is Success. */
  readonly status?: number;
  /** At most 64 characters. */
  readonly errorComment?: string;
};

/** `dicom.document`: a DIMSE message, its command set and the claim on its data set. */
export interface DicomDocument extends MessageBody {
  readonly type: 'dicom.document';
  readonly command: CommandSet;
  readonly document?: Document;
  /** Of an image that was a file in a watched folder: its name below that folder. May hold patient data. */
  readonly fileName?: string;
}

/** Says whether a body is a DIMSE message. */
export function isDicomDocument(body: MessageBody): body is DicomDocument {
  const { type, command } = body;
  return (
    type === 'dicom.document' &&
    typeof command === 'object' &&
    command !== null &&
    'commandField' in command &&
    (command.commandField === 'C-STORE-RQ' || command.commandField === 'C-STORE-RSP')
  );
}
