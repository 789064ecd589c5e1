import { bodyJson, errorStatusJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

const host = z.object({ host: z.string().min(1).max(200) });

const patience = z
  .int()
  .min(0)
  .max(60_000)
  .exactOptional()
  .describe('Milliseconds to wait for the response; absent: nobody waits');

const tested = z.object({
  messageId: z.int(),
  sessionId: z.int(),
  target: z.string(),
  outcome: z.enum(['answered', 'failed', 'sent']).describe('sent: nobody waited'),
  responseId: z.int().exactOptional(),
  milliseconds: z.int().exactOptional(),
  error: errorStatusJson.exactOptional(),
  body: bodyJson.exactOptional().describe('Of the response; for a phi-reader only'),
});

export const testingRoutes = {
  testMessage: route({
    summary: 'Sends a message by hand, where the file says testingEnabled: true',
    role: 'operator',
    patientData: 'hidden',
    isAudited: true,
    params: host,
    body: z.object({ body: z.looseObject({ type: z.string().min(1) }), timeout: patience }),
    answer: tested,
  }),
  testFile: route({
    summary:
      'Sends a DICOM file by hand, where the file says testingEnabled: true; at most 512 MiB',
    role: 'operator',
    patientData: 'hidden',
    isAudited: true,
    params: host,
    query: z.object({ timeout: patience }),
    body: 'application/dicom',
    answer: tested,
  }),
};
