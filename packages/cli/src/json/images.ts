import {
  imageJson as image,
  receiptJson as receipt,
  statusJson,
  studyJson as study,
  timeJson as time,
} from '@consort/core/json';
import { z } from 'zod';
import { reasonKinds } from '../why/reason.ts';

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

/** What `production proof` gives: the chain of each image, oldest first. */
export const proofJson = z.object({
  received: z.int(),
  proven: z.int(),
  images: z.array(
    z.object({
      ...image.shape,
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
          ...receipt.shape,
          host: z.string(),
          isSame: z.boolean().describe('The data set that left is the one that was received'),
        }),
      ),
      holes: z.array(z.string()).describe('What is missing between receipt and delivery'),
      remarks: z.array(z.string()).describe('What is to be known besides'),
    }),
  ),
});

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
