import { defineProcess, PermanentError } from '@consort/core';
import { isDicomDocument } from '@consort/dicom';
import { settings } from './archive.ts';
import { find } from './find.ts';
import { get, move } from './retrieve.ts';

/** Asks the archive what a workstation asks, and hands on what it gives, answer by answer. */
export default defineProcess({
  description: 'Serves C-FIND, C-MOVE and C-GET from an archive.',
  settings,

  onRequest(request, context) {
    const command = isDicomDocument(request.body) ? request.body.command : undefined;
    switch (command?.commandField) {
      case 'C-FIND-RQ':
        return find(request, command, context);
      case 'C-GET-RQ':
        return get(request, command, context);
      case 'C-MOVE-RQ':
        return move(request, command, context);
      default:
        throw new PermanentError(
          'HANDLER_FAILED',
          `the proxy has no answer to a ${command?.commandField}`,
        );
    }
  },
});
