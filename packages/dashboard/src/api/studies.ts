import { imageJson, studyJson, timeJson } from '@consort/core/json';
import { z } from 'zod';
import { paging } from './messages.ts';
import { route } from './route.ts';

const uid = z.string().regex(/^[0-9.]{1,64}$/);
const words = z.string().min(1).max(200);

const study = studyJson.extend({
  patientIds: studyJson.shape.patientIds.describe('Empty but for a phi-reader'),
  patientNames: studyJson.shape.patientNames.describe('Empty but for a phi-reader'),
  accessionNumbers: studyJson.shape.accessionNumbers.describe('Empty but for a phi-reader'),
});

export const studyRoutes = {
  studies: route({
    summary:
      'Studies with what became of their images; the one that received an image last comes first',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: 'list',
    query: z
      .object({
        since: timeJson.exactOptional(),
        until: timeJson.exactOptional(),
        studyInstanceUid: uid.exactOptional(),
        accessionNumber: words.exactOptional().describe('For a phi-reader only'),
        patientId: words.exactOptional().describe('For a phi-reader only'),
      })
      .extend(paging.shape)
      // Each is counted whole, image by image: that takes its time.
      .extend({ limit: z.int().min(1).max(100).default(20) }),
    answer: z.object({ studies: z.array(study).readonly(), next: z.string().exactOptional() }),
  }),
  images: route({
    summary: 'The images of a study as they were received, newest first',
    role: 'viewer',
    patientData: 'hidden',
    isAudited: 'list',
    query: z.object({ studyInstanceUid: uid }).extend(paging.shape),
    answer: z.object({ images: z.array(imageJson).readonly(), next: z.string().exactOptional() }),
  }),
  resendStudy: route({
    summary: 'Sends again the requests of a study that failed, or all of its received images',
    role: 'operator',
    patientData: 'none',
    isAudited: true,
    params: z.object({ studyInstanceUid: uid }),
    body: z
      .object({ what: z.enum(['failed', 'all']).default('failed') })
      .default({ what: 'failed' }),
    answer: z.object({
      done: z.array(z.object({ id: z.int(), newId: z.int().exactOptional() })).readonly(),
      refused: z.array(z.object({ id: z.int(), code: z.string(), text: z.string() })).readonly(),
    }),
  }),
};
