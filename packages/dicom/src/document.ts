import type { Document, Json, MessageBody } from '@consort/core';
import { isCommandName, type CommandName } from './association/command-fields.ts';
import type { CommandElements } from './association/command-set.ts';

/**
 * A DIMSE command set as plain data: its elements by DICOM keyword in camelCase (PS3.7 table E.1-1), the command by
 * name. An attribute tag is written `(0010,0020)`.
 * A type alias, not an interface: only that is known to be plain JSON.
 */
export type CommandSet = { readonly commandField: CommandName } & CommandElements;

/** The values of a small data set by keyword, items of sequences in lists: plain data, as `encodeDataSet` takes it. */
export type DataSetValues = { readonly [keyword: string]: Json | undefined };

/**
 * `dicom.document`: a DIMSE message: its command set, and its data set if it has one. What came from a peer is a
 * claim on the stored bytes, `document`; a small data set that a process makes may be given by its values, `dataSet`.
 */
export interface DicomDocument extends MessageBody {
  readonly type: 'dicom.document';
  readonly command: CommandSet;
  readonly document?: Document;
  /** Of an image that was a file in a watched folder: its name below that folder. May hold patient data. */
  readonly fileName?: string;
  readonly dataSet?: DataSetValues;
  /** Of an N-EVENT-REPORT-RQ to send: the association that it is about, on which it goes while the peer has it. */
  readonly associationId?: string;
}

/** Says whether a body is a DIMSE message. */
export function isDicomDocument(body: MessageBody): body is DicomDocument {
  const { type, command } = body;
  return (
    type === 'dicom.document' &&
    typeof command === 'object' &&
    command !== null &&
    'commandField' in command &&
    isCommandName(command.commandField)
  );
}
