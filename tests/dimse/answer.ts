import { defineProcess, target, type Request } from '@consort/core';
import {
  dataSetValues,
  isDicomDocument,
  nActionResponse,
  nCreateResponse,
  nDeleteResponse,
  nEventReportResponse,
  nGetResponse,
  nSetResponse,
  plainValues,
  type CommandSet,
  type DataSetValues,
} from '@consort/dicom';
import { z } from 'zod';

/** An Action Type and an Event Type that are passed on to the operation, and come back as others. */
const passedOn = 99;

/** Keeps the objects that it is told to create, and answers each of the N- services (PS3.7 section 10.1). */
export default defineProcess({
  description: 'Answers the N- services.',
  settings: z.object({ operation: target() }),

  onInit: () => new Map<string, DataSetValues>(),

  async onRequest(request, { settings, state: objects, documents, sendRequestSync }) {
    const command = commandOf(request);
    const { affectedSopInstanceUid, requestedSopInstanceUid } = command;
    const uid = requestedSopInstanceUid ?? affectedSopInstanceUid ?? '';
    const values = plainValues(await dataSetValues(request.body, documents));
    if (command.actionTypeId === passedOn) {
      const passed = { ...request.body, command: { ...command, actionTypeId: 7 } };
      return sendRequestSync(settings.operation, passed);
    }
    // No such SOP instance (PS3.7 section C.5.8).
    const status = objects.has(uid) ? 0x0000 : 0x0112;
    switch (command.commandField) {
      case 'N-CREATE-RQ':
        objects.set(uid, values);
        return nCreateResponse(request, { attributes: values });
      case 'N-SET-RQ':
        objects.set(uid, { ...objects.get(uid), ...values });
        return nSetResponse(request, { attributes: objects.get(uid) ?? {} });
      case 'N-GET-RQ': {
        const known = objects.get(uid);
        return nGetResponse(request, { status, ...(known && { attributes: known }) });
      }
      case 'N-ACTION-RQ':
        return nActionResponse(request, { status, attributes: values });
      case 'N-EVENT-REPORT-RQ':
        return nEventReportResponse(request, { attributes: values });
      default:
        objects.delete(uid);
        return nDeleteResponse(request, { status });
    }
  },
});

function commandOf({ body }: Request): CommandSet {
  if (isDicomDocument(body)) return body.command;
  throw new Error(`a ${body.type}`);
}
