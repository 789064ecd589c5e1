import {
  defineProcess,
  duration,
  PermanentError,
  target,
  type ProcessContext,
  type Request,
} from '@consort/core';
import { z } from 'zod';
import { passOn } from './commitment/reports.ts';
import { isUnderWay, reportDocument, transactionOf, type Asked } from './commitment/report-for.ts';
import {
  readReport,
  requestAction,
  storageCommitmentInstance,
} from './commitment/storage-commitment.ts';
import { TransactionsUnderWay } from './commitment/transactions-under-way.ts';
import { dataSetValues } from './data-set-values.ts';
import { isDicomDocument, type DicomDocument } from './document.ts';
import { nActionResponse, nEventReportResponse } from './responses/normalized-responses.ts';

const settings = z.object({
  reportTo: z
    .record(z.string(), target({ async: true }))
    .default({})
    .meta({
      description:
        'Who may ask for storage commitment, by calling AE title, and the dicom.tcp-operation that brings each its report.',
    }),
  committedWhen: z.enum(['completed', 'stored']).default('completed').meta({
    description:
      'What is reported as committed: an image whose work here is done and that somebody took (completed), or one that is stored and recorded (stored).',
  }),
  imageTimeout: duration().default(60_000).meta({
    description:
      'How long the report waits for images that are still under way; those that then are, are reported as not committed.',
  }),
});

type Settings = z.output<typeof settings>;

/** What an instance keeps between its looks. */
const instance = z.object({
  owesReport: z.boolean().default(false),
  isDuplicate: z.boolean().default(false),
  looks: z.int().default(0),
});

type Context = ProcessContext<Settings, TransactionsUnderWay, z.output<typeof instance>>;

/**
 * `dicom.storage-commitment`: Storage Commitment Push Model (PS3.4 annex J). As SCP it answers an N-ACTION at once,
 * and sends the N-EVENT-REPORT to an operation when the record knows of each image. As SCU it takes the
 * N-EVENT-REPORT for the `dicom.tcp-operation` that waits for it (`confirm: commitment`).
 */
export default defineProcess({
  description: 'Answers requests for storage commitment from the record, and takes reports of it.',
  settings,
  instance,

  onInit: () => new TransactionsUnderWay(),

  async onRequest(request, context) {
    const { body } = request;
    const field = isDicomDocument(body) ? body.command.commandField : body.type;
    if (field === 'N-ACTION-RQ') return takeRequest(request, context);
    if (field === 'N-EVENT-REPORT-RQ') return takeReport(request, context);
    throw new PermanentError(
      'RESPONSE_INVALID',
      `dicom.storage-commitment has no answer to a ${field}; give it what comes for Storage Commitment, by serviceTargets of the service`,
    );
  },

  async onResponse(_, context) {
    if (await isUnderWay(askedOf(context))) await lookAgain(context);
  },

  async onComplete(request, context) {
    if (!context.instance.owesReport) return;
    const report = await reportDocument(askedOf(context));
    await context.sendRequestAsync(operationFor(request, context) ?? '', report);
    context.state.end(request.header.id);
  },
});

/** N-ACTION, Request Storage Commitment (PS3.4 section J.3.2). */
async function takeRequest(request: Request, context: Context): Promise<DicomDocument> {
  const { instance: kept, state, setTimer } = context;
  const { actionTypeId, requestedSopInstanceUid } = (request.body as DicomDocument).command;
  if (actionTypeId !== requestAction) return nActionResponse(request, { status: 0x0123 });
  if (requestedSopInstanceUid !== storageCommitmentInstance) {
    return nActionResponse(request, { status: 0x0112 });
  }
  if (operationFor(request, context) === undefined) {
    tellOfRefusal(request, context);
    return nActionResponse(request, { status: 0x0124, comment: 'no way to report to you' });
  }
  const transaction = await transactionOf(context).catch(() => undefined);
  if (!transaction) {
    return nActionResponse(request, { status: 0x0115, comment: 'no valid Action Information' });
  }
  kept.owesReport = true;
  kept.isDuplicate = !state.begin(request.header.id, callerOf(request), transaction.transactionUid);
  // Its report is to come after the answer, and images that it has just sent have a moment.
  await setTimer(firstLook);
  return nActionResponse(request);
}

/** N-EVENT-REPORT, Storage Commitment Result (PS3.4 section J.3.3). */
async function takeReport(request: Request, { documents }: Context): Promise<DicomDocument> {
  try {
    passOn(readReport(await dataSetValues(request.body, documents)));
    return nEventReportResponse(request);
  } catch {
    return nEventReportResponse(request, { status: 0x0115, comment: 'no valid Event Information' });
  }
}

function askedOf(context: Context): Asked {
  const { settings: given, instance: kept } = context;
  return { context, when: given.committedWhen, isDuplicate: kept.isDuplicate };
}

function callerOf({ header: { arrival } }: Request): string {
  return arrival?.callingAeTitle ?? '';
}

function operationFor(request: Request, { settings: { reportTo } }: Context): string | undefined {
  const caller = callerOf(request);
  return Object.hasOwn(reportTo, caller) ? reportTo[caller] : undefined;
}

function tellOfRefusal(request: Request, { log, origin }: Context): void {
  const caller = JSON.stringify(callerOf(request));
  log({
    type: 'Warning',
    code: 'COMMITMENT_REFUSED',
    text: `${caller} asked for storage commitment and was answered 0124: no operation brings it a report; add at ${origin('reportTo')}: ${caller}: and the operation`,
  });
}

/** In milliseconds; then twice as long after each look. */
const firstLook = 500;
const longestPause = 10_000;

async function lookAgain(context: Context): Promise<void> {
  const { instance: kept, settings: given, request, setTimer } = context;
  const left = given.imageTimeout - (Date.now() - Date.parse(request.header.timeCreated));
  if (left <= 0) return;
  kept.looks += 1;
  await setTimer(Math.min(firstLook * 2 ** kept.looks, longestPause, left));
}
