import type { ReceivedImage, RecordedReceipt, StudyCount } from '@consort/core';
import { z } from 'zod';
import { reasonKinds } from '../why/reason.ts';
import { answeredJson, arrivalJson, documentJson, statusJson } from './message.ts';

const time = z.iso.datetime().describe('ISO 8601, UTC');

const legPlace = {
  messageId: z.int(),
  sessionId: z.int(),
  type: z.enum(['Request', 'Response']),
  source: z.string(),
  target: z.string(),
  status: statusJson,
};

/** What `production why` gives: each leg with what happened and what it waits for. */
export const whyJson = z.object({
  images: z
    .object({ received: z.int(), completed: z.int() })
    .exactOptional()
    .describe('Set when it was images that were asked about'),
  legs: z.array(
    z.object({
      ...legPlace,
      kind: z.enum(reasonKinds).describe('A stable word for the reason'),
      sentence: z.string().describe('The reason for people, without the number of the message'),
      answer: z.string().exactOptional().describe('What its sender was told, for people'),
      waitsFor: z.int().exactOptional().describe('The message it waits for or behind'),
    }),
  ),
});

const receipt = {
  messageId: z.int(),
  peer: z.string().describe('AET@HOST:PORT, or file: and a name relative to the directory'),
  status: z.string().describe('Four hex digits of a DIMSE status; written for a file'),
  digest: z.string().describe('SHA-256 of the data set that was handed over'),
  size: z.int().describe('Bytes of that data set'),
  time,
};
z.object(receipt) satisfies z.ZodType<RecordedReceipt>;

const image = {
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
};
z.object(image) satisfies z.ZodType<ReceivedImage>;

/** What `production proof` gives: the chain of each image, oldest first. */
export const proofJson = z.object({
  received: z.int(),
  proven: z.int(),
  images: z.array(
    z.object({
      ...image,
      isProven: z.boolean().describe('There is no hole'),
      legs: z.array(
        z.object({
          ...legPlace,
          timeProcessed: time.exactOptional(),
          digest: z.string().exactOptional().describe('SHA-256 of the data set it carried'),
        }),
      ),
      delivered: z.array(
        z.object({
          ...receipt,
          host: z.string(),
          isSame: z.boolean().describe('The data set that left is the one that was received'),
        }),
      ),
      holes: z.array(z.string()).describe('What is missing between receipt and delivery'),
      remarks: z.array(z.string()).describe('What is to be known besides'),
    }),
  ),
});

const study = z
  .object({
    studyInstanceUid: z.string().exactOptional(),
    accessionNumbers: z.array(z.string()).readonly(),
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
  })
  .meta({ id: 'Study' }) satisfies z.ZodType<StudyCount>;

/** What `production study` gives. */
export const studyJson = z.object({
  studies: z.array(study),
  duplicates: z
    .array(
      z.object({
        messageId: z.int(),
        kind: z.enum(['sentAgain', 'otherContent']),
        of: z.int().describe('The earlier message it is a duplicate of'),
      }),
    )
    .describe('Images whose SOP Instance UID had come before'),
});

/** What `production studies` gives. */
export const studiesJson = z.object({
  studies: z.array(study).describe('The one that received an image last comes first'),
});
