import type {
  Document,
  FoundMessage,
  ReceivedImage,
  RecordedReceipt,
  StudyCount,
} from '@consort/core';
import type { z } from 'zod';
import type { messageFilter } from '../api/messages.ts';
import { maySeePatients, requirePhiReader, type AnswerContext } from './context.ts';

type Filter = z.output<typeof messageFilter>;

/** The parts of a search that name a patient. */
export const patientFields = ['patientId', 'patientName', 'accessionNumber'] as const;

/**
 * Refuses a search by patient data to whoever may not see it: what it finds would tell.
 * @throws EngineError FORBIDDEN
 */
export function checkFilter(filter: Partial<Filter>, context: AnswerContext): void {
  if (patientFields.every((field) => filter[field] === undefined)) return;
  requirePhiReader(context, 'search by patient name, patient id or accession number');
}

/** A search as whoever asks may see it. */
export function shownFilter(filter: Filter, context: AnswerContext): Filter {
  if (maySeePatients(context)) return filter;
  const shown = { ...filter };
  for (const field of patientFields) delete shown[field];
  return shown;
}

/** A message of a list as whoever asks may see it. */
export function shownMessage(found: FoundMessage, context: AnswerContext): FoundMessage {
  const { document } = found;
  return document ? { ...found, document: shownDocumentOf(document, context) } : found;
}

/** A document as whoever asks may see it: of its attributes UIDs and modality name no patient. */
export function shownDocumentOf(document: Document, context: AnswerContext): Document {
  if (maySeePatients(context)) return document;
  const {
    patientId: _id,
    patientName: _name,
    accessionNumber: _accession,
    ...attributes
  } = document.attributes;
  return { ...document, attributes };
}

/** An image as whoever asks may see it. */
export function shownImage(image: ReceivedImage, context: AnswerContext): ReceivedImage {
  return { ...image, document: shownDocumentOf(image.document, context) };
}

/** A receipt as whoever asks may see it: the name of a file may be made of what names a patient. */
export function shownReceipt(receipt: RecordedReceipt, context: AnswerContext): RecordedReceipt {
  if (maySeePatients(context) || !receipt.peer.startsWith('file:')) return receipt;
  return { ...receipt, peer: 'file' };
}

/** A study as whoever asks may see it. */
export function shownStudy(study: StudyCount, context: AnswerContext): StudyCount {
  if (maySeePatients(context)) return study;
  return { ...study, patientIds: [], patientNames: [], accessionNumbers: [] };
}
