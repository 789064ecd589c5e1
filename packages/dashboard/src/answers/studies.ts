import { EngineError, type MessageHeader } from '@consort/core';
import { actInParts } from './act-in-parts.ts';
import { engineOf, type Answer } from './context.ts';
import { beforeOf, nextOf } from './cursor.ts';
import { checkFilter, shownImage, shownStudy } from './patient-data.ts';

const day = 86_400_000;

/** Images of a study that are sent again at once. */
const most = 10_000;
const part = 500;

/** Studies; those of the last day, where nothing else is asked for. */
export const studies: Answer<'studies'> = async ({ query }, context) => {
  const { cursor, limit, ...asked } = query;
  checkFilter(asked, context);
  const isOpen = Object.keys(asked).length === 0;
  const since = new Date(context.now.getTime() - day).toISOString();
  const found = await context.reader.studies({
    ...asked,
    ...(isOpen ? { since } : {}),
    ...beforeOf(cursor),
    limit,
  });
  return {
    studies: found.map((study) => shownStudy(study, context)),
    ...nextOf(found, limit, found.at(-1)?.lastMessageId),
  };
};

/** The images of a study. */
export const images: Answer<'images'> = async ({ query }, context) => {
  const { cursor, limit, studyInstanceUid } = query;
  const found = await context.reader.images({ studyInstanceUid, ...beforeOf(cursor), limit });
  return {
    images: found.map((image) => shownImage(image, context)),
    ...nextOf(found, limit, found.at(-1)?.messageId),
  };
};

/** Sends again what failed of a study, or all of it. */
export const resendStudy: Answer<'resendStudy'> = async ({ params, body }, context) => {
  const { studyInstanceUid } = params;
  const engine = engineOf(context);
  const ids: number[] = [];
  let before: number | undefined;
  for (;;) {
    const page = await context.reader.images({
      studyInstanceUid,
      limit: part,
      ...(before === undefined ? {} : { before }),
    });
    for (const image of page) {
      if (body.what === 'all') ids.push(image.messageId);
      else if (image.state === 'failed') {
        const legs = await context.reader.legs(image.messageId);
        ids.push(...failedOf(legs.map(({ header }) => header)));
      }
    }
    before = page.at(-1)?.messageId;
    if (page.length < part || ids.length > most) break;
  }
  if (before === undefined) {
    throw new EngineError('NOT_FOUND', `no image of study ${studyInstanceUid} has been received`);
  }
  const oldestFirst = ids.toSorted((a, b) => a - b).slice(0, most);
  return actInParts(engine, 'resend', oldestFirst, { by: context.user.name, head: false });
};

/** Where it went wrong first: what failed before it in the chain failed because of it, and is not sent again. */
function failedOf(legs: readonly MessageHeader[]): readonly number[] {
  const failed = legs.filter(
    ({ type, status, errorStatus, targetBusinessType }) =>
      type === 'Request' &&
      ['Error', 'Aborted', 'Discarded'].includes(status) &&
      targetBusinessType !== 'Unknown' &&
      errorStatus?.origin === undefined,
  );
  // One that was sent again since, to the same host with the same body, is dealt with.
  return failed
    .filter(
      (leg) =>
        !legs.some(
          (later) =>
            later.id > leg.id &&
            later.type === 'Request' &&
            later.targetConfigName === leg.targetConfigName &&
            later.messageBodyId === leg.messageBodyId,
        ),
    )
    .map(({ id }) => id);
}
