import { eventJson, timeJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

const association = z.object({
  service: z.string(),
  id: z.string().describe('The associationId of the messages that came over it'),
  callingAeTitle: z.string(),
  calledAeTitle: z.string(),
  peerAddress: z.string(),
  peerPort: z.int(),
  since: timeJson,
  images: z.int().describe('Answered as stored so far'),
  contexts: z.array(z.object({ sopClass: z.string(), transferSyntax: z.string() })).readonly(),
  implementation: z.string().exactOptional().describe("The peer's software"),
  tls: z
    .object({
      version: z.string(),
      cipherSuite: z.string(),
      subject: z.string().exactOptional(),
      fingerprint: z.string().exactOptional(),
    })
    .exactOptional(),
});

export const associationRoutes = {
  associations: route({
    summary: 'Who is connected now, and who was refused in the last day',
    role: 'viewer',
    patientData: 'none',
    answer: z.object({
      isAnswering: z.boolean().describe('The production runs and answers; else nobody is shown'),
      associations: z.array(association).readonly().describe('Oldest first'),
      refusals: z.array(eventJson).readonly().describe('Newest first, at most 50'),
    }),
  }),
  echo: route({
    summary: 'Asks the peer of an operation whether it is there (C-ECHO)',
    role: 'operator',
    patientData: 'none',
    isAudited: true,
    body: z.object({
      host: z.string().min(1).max(200).describe('An operation that sends to a DICOM peer'),
    }),
    answer: z.object({
      peer: z.string().describe('AET@HOST:PORT'),
      status: z.string().describe('Four hex digits of the DIMSE status (PS3.7 annex C)'),
      milliseconds: z.int(),
    }),
  }),
};
