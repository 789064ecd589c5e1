import { z } from 'zod';
import type { ReceivedImage, StudyCount } from '../image-reader.ts';
import type { RecordedReceipt } from '../receipt.ts';
import { answeredJson, arrivalJson, documentJson } from './message.ts';
import { timeJson as time } from './time.ts';

/** What somebody outside took, and what he said. */
export const receiptJson = z.object({
  messageId: z.int(),
  peer: z.string().describe('AET@HOST:PORT, or file: and a name relative to the directory'),
  status: z.string().describe('Four hex digits of a DIMSE status; written for a file'),
  digest: z.string().describe('SHA-256 of the data set that was handed over'),
  size: z.int().describe('Bytes of that data set'),
  time,
}) satisfies z.ZodType<RecordedReceipt>;

/** An image as it was received, once. Holds patient data. */
export const imageJson = z.object({
  messageId: z.int().describe('The message that brought it in, and its session'),
  time: time.describe('When it was received, ISO 8601, UTC'),
  document: documentJson,
  arrival: arrivalJson.exactOptional(),
  answered: answeredJson.exactOptional(),
  state: z
    .enum(['failed', 'suspended', 'retrying', 'inProgress', 'completed'])
    .describe('The worst of its legs'),
  sameAs: z.int().exactOptional().describe('The message that brought the same data set first'),
  otherContentIn: z
    .int()
    .exactOptional()
    .describe('The message that first brought another data set under the same SOP Instance UID'),
}) satisfies z.ZodType<ReceivedImage>;

/** The images of one study, counted. Holds patient data. */
export const studyJson = z
  .object({
    studyInstanceUid: z.string().exactOptional(),
    patientIds: z.array(z.string()).readonly(),
    patientNames: z.array(z.string()).readonly(),
    accessionNumbers: z.array(z.string()).readonly(),
    modalities: z.array(z.string()).readonly(),
    callingAeTitles: z.array(z.string()).readonly(),
    received: z.int().describe('Receptions: an image that was sent twice was received twice'),
    completed: z.int(),
    inProgress: z.int().describe('Waiting or in somebody’s hands'),
    retrying: z.int(),
    suspended: z.int(),
    failed: z.int(),
    instances: z.int().describe('SOP Instance UIDs'),
    sentAgain: z.int().describe('Receptions of a data set that had been received before'),
    otherContent: z.int().describe('SOP Instance UIDs under which more than one data set came'),
    firstImageAt: time,
    lastImageAt: time,
    lastMessageId: z.int().describe('The message that brought the last image'),
  })
  .meta({ id: 'Study' }) satisfies z.ZodType<StudyCount>;
