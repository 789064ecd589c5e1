import type { Answers, Request } from '@consort/core';
import { decodeDataSet, findResponse, plainValues, type CommandSet } from '@consort/dicom';
import { associate, identifierOf, type Context } from './archive.ts';

/** C-FIND: each match as the archive gives it. A workstation that cancels has the archive's query cancelled. */
export async function* find(request: Request, command: CommandSet, context: Context): Answers {
  const sopClassUid = command.affectedSopClassUid ?? '';
  const identifier = await identifierOf(request, context);
  const association = await associate(sopClassUid, context);
  try {
    for await (const response of association.operate({
      service: 'C-FIND',
      sopClassUid,
      elements: { affectedSopClassUid: sopClassUid, priority: command.priority ?? 0 },
      dataSet: identifier,
    })) {
      const { status, dataSet, transferSyntaxUid } = response;
      if (!dataSet) return findResponse(request, { status });
      const match = plainValues(decodeDataSet(dataSet, transferSyntaxUid));
      yield findResponse(request, { status, identifier: match });
    }
    return undefined;
  } finally {
    await association.release().catch(() => undefined);
  }
}
