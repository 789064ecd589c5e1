import { connectionsJson, eventJson } from '@consort/core/json';
import { z } from 'zod';
import { route } from './route.ts';

export const associationRoutes = {
  associations: route({
    summary: 'Who is connected now, and who was refused in the last day',
    role: 'viewer',
    patientData: 'none',
    answer: z.object({
      isAnswering: z.boolean().describe('The production runs and answers; else nobody is shown'),
      ...connectionsJson.shape,
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
