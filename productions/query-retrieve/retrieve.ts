import { codeOf, type Answers, type Request } from '@consort/core';
import {
  getResponse,
  isDicomDocument,
  moveResponse,
  type CommandSet,
  type DicomDocument,
} from '@consort/dicom';
import { retrieveObjects } from '@consort/dicom/requester';
import { associate, identifierOf, type Context } from './archive.ts';

const moveDestinationUnknown = 0xa801;
const completeWithFailures = 0xb000;
const unableToPerform = 0xa702;

/** C-GET: each image goes back on the association it was asked on; the service counts them. */
export async function* get(request: Request, command: CommandSet, context: Context): Answers {
  const last = yield* imagesOf(request, command, context);
  return getResponse(request, { status: last });
}

/** C-MOVE: each image goes to the destination, through the operation that sends there. */
export async function* move(request: Request, command: CommandSet, context: Context): Answers {
  const { settings, sendRequestSync } = context;
  const destination = settings.destinations[command.moveDestination ?? ''];
  if (destination === undefined) return moveResponse(request, { status: moveDestinationUnknown });
  const originator = {
    moveOriginatorApplicationEntityTitle: request.header.arrival?.callingAeTitle ?? '',
    moveOriginatorMessageId: command.messageId ?? 0,
  };
  const counts = { completed: 0, failed: 0, warning: 0 };
  const failedSopInstanceUids: string[] = [];
  const images = imagesOf(request, command, context);
  try {
    for (;;) {
      const { done, value } = await images.next();
      if (done) {
        const status = value !== 0x0000 || counts.failed === 0 ? value : failureStatus(counts);
        return moveResponse(request, { status, ...counts, failedSopInstanceUids });
      }
      const image = { ...value, command: { ...value.command, ...originator } };
      if (await isSent(image)) {
        counts.completed += 1;
      } else {
        counts.failed += 1;
        failedSopInstanceUids.push(value.command.affectedSopInstanceUid ?? '');
      }
      yield moveResponse(request, { status: 0xff00, ...counts });
    }
  } finally {
    await images.return(0x0000).catch(() => undefined);
  }

  async function isSent(image: DicomDocument): Promise<boolean> {
    try {
      const answer = await sendRequestSync(destination!, image);
      return answer !== undefined && isDicomDocument(answer);
    } catch (error) {
      if (codeOf(error) !== 'REQUEST_FAILED') throw error;
      return false;
    }
  }
}

/** The images that the archive gives by C-GET, as C-STORE requests; returns its last status. */
async function* imagesOf(
  request: Request,
  command: CommandSet,
  context: Context,
): AsyncGenerator<DicomDocument, number, void> {
  const sopClassUid = getModelOf(command.affectedSopClassUid ?? '');
  const identifier = await identifierOf(request, context);
  const association = await associate(sopClassUid, context);
  try {
    const last = yield* retrieveObjects(
      association,
      { sopClassUid, identifier },
      context.documents,
    );
    return last?.status ?? unableToPerform;
  } finally {
    await association.release().catch(() => undefined);
  }
}

/** The SOP class for C-GET of the information model that a C-MOVE names: their UIDs differ in the end only. */
function getModelOf(sopClassUid: string): string {
  return sopClassUid.replace(/\.2$/, '.3');
}

function failureStatus({ completed }: { readonly completed: number }): number {
  return completed > 0 ? completeWithFailures : unableToPerform;
}
