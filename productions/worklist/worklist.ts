import { defineProcess, path, PermanentError } from '@consort/core';
import {
  answerIdentifier,
  dataSetValues,
  findResponse,
  isDicomDocument,
  matchesIdentifier,
} from '@consort/dicom';
import { z } from 'zod';
import { createStep, setStep } from './performed-step.ts';
import { openSchedule } from './schedule.ts';

/** Answers what modalities ask and report: C-FIND for the worklist, N-CREATE and N-SET for performed steps. */
export default defineProcess({
  description: 'Serves a modality worklist and takes performed procedure steps.',
  settings: z.object({
    database: path().meta({
      description: 'The SQLite file with the schedule; made when it is not there.',
    }),
  }),

  onInit: ({ settings: { database } }) => openSchedule(database),
  onTearDown: (schedule) => schedule.close(),

  async *onRequest(request, { state: schedule, documents }) {
    const asked = await dataSetValues(request.body, documents);
    const command = isDicomDocument(request.body) ? request.body.command : undefined;
    switch (command?.commandField) {
      case 'C-FIND-RQ':
        // Pulled one by one: a modality that cancels ends the loop here.
        for (const item of schedule.items()) {
          if (!matchesIdentifier(asked, item)) continue;
          yield findResponse(request, { identifier: answerIdentifier(asked, item) });
        }
        return findResponse(request);
      case 'N-CREATE-RQ':
        return createStep(request, command, asked, schedule);
      case 'N-SET-RQ':
        return setStep(request, command, asked, schedule);
      default:
        throw new PermanentError(
          'HANDLER_FAILED',
          `a worklist has no answer to a ${command?.commandField}`,
        );
    }
  },
});
