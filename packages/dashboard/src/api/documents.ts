import { documentJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

const id = z.int().positive().describe('Of a message that carries the document');

/** A data element. A sequence has `items`, a value that is not shown has `length` alone. */
export interface ShownElement {
  /** Eight upper-case hex digits (PS3.5 section 7.1). */
  readonly tag: string;
  /** Absent for a private element and one the dictionary does not know. */
  readonly keyword?: string | undefined;
  readonly vr: string;
  /** In text, one for each value. */
  readonly values?: readonly string[] | undefined;
  readonly items?: readonly (readonly ShownElement[])[] | undefined;
  /** Bytes; of what is binary or too long to be shown. */
  readonly length?: number | undefined;
  readonly isPrivate?: true | undefined;
  /** There are more values or items than are shown. */
  readonly isCut?: true | undefined;
}

const elementJson: z.ZodType<ShownElement, ShownElement> = z
  .object({
    tag: z.string(),
    keyword: z.string().optional(),
    vr: z.string(),
    values: z.array(z.string()).readonly().optional(),
    items: z
      .array(z.array(z.lazy(() => elementJson)).readonly())
      .readonly()
      .optional(),
    length: z.number().optional().describe('Bytes of what is binary or too long to be shown'),
    isPrivate: z.literal(true).optional(),
    isCut: z.literal(true).optional(),
  })
  .meta({ id: 'Element' });

/** What the page shows of a document. */
export const shownDocument = z.object({
  elements: z.array(elementJson).readonly(),
  frames: z.int().min(0).describe('How many frames can be asked for; 0 without pixel data'),
  isCut: z.boolean().describe('The data set has more than is shown'),
});

const change = z.object({
  path: z.string().describe('Keywords or tags with item numbers: PatientID, 00101002[1].00100020'),
  vr: z.string(),
  before: z.array(z.string()).readonly().exactOptional().describe('Absent: it was not there'),
  after: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Absent: it is not there any more'),
});

/** What a document has otherwise than another. */
export const shownDifference = z.object({
  isSame: z.boolean().describe('The same bytes'),
  changes: z
    .array(change)
    .readonly()
    .describe('Values are compared whole; of what is not shown whole the SHA-256 tells them apart'),
  isCut: z.boolean(),
});

export const documentRoutes = {
  document: route({
    summary: 'The data elements of what a message carries',
    role: 'phi-reader',
    patientData: 'all',
    isAudited: true,
    params: z.object({ id }),
    answer: z.object({
      messageId: z.int(),
      document: documentJson,
      fileMetaInformation: z
        .array(elementJson)
        .readonly()
        .describe('As a file of it would have it'),
      ...shownDocument.shape,
    }),
  }),
  documentFile: route({
    summary: 'The document as a DICOM file (PS3.10)',
    role: 'phi-reader',
    patientData: 'all',
    isAudited: true,
    params: z.object({ id }),
    answer: ['application/dicom'],
  }),
  documentFrame: route({
    summary: 'A frame as an image',
    role: 'phi-reader',
    patientData: 'all',
    isAudited: true,
    params: z.object({ id, frame: z.int().min(1).max(100_000).describe('From 1') }),
    query: z.object({
      windowCenter: z.number().exactOptional(),
      windowWidth: z.number().min(1).exactOptional(),
    }),
    answer: ['image/png', 'image/jpeg'],
  }),
  documentDifference: route({
    summary: 'What the document of another message has otherwise: what a process has changed',
    role: 'phi-reader',
    patientData: 'all',
    isAudited: true,
    params: z.object({ id, other: id }),
    answer: shownDifference,
  }),
};
