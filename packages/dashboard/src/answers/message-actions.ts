import { EngineError, type MessageHeader } from '@consort/core';
import type { z } from 'zod';
import type { messageFilter } from '../api/messages.ts';
import { actInParts } from './act-in-parts.ts';
import {
  engineOf,
  requirePhiReader,
  type Answer,
  type AnswerContext,
  type Asked,
} from './context.ts';
import { verbsFor } from './messages.ts';
import { checkFilter } from './patient-data.ts';

type Verb = Asked<'actOnMessages'>['params']['verb'];
type Selection = Asked<'previewMessages'>['body']['selection'];

/** Messages that one action takes. */
const most = 10_000;
/** Messages that are looked up at once. */
const part = 500;

/** Says what an action would do. */
export const previewMessages: Answer<'previewMessages'> = async ({ body }, context) => {
  const { headers, missing, isMore } = await selected(body.selection, body.verb, context);
  const fit = headers.filter((header) => verbsFor(header).includes(body.verb));
  const unfit = headers.filter((header) => !fit.includes(header));
  return {
    wouldBe: fit.map(({ id }) => id),
    refused: [
      ...missing.map((id) => ({ id, code: 'NOT_FOUND', text: `there is no message ${id}` })),
      ...unfit.map(({ id, status, type }) => ({
        id,
        code: 'STATUS_ILLEGAL',
        text: `${body.verb} cannot be done to message ${id}: it is a ${type} that is ${status}`,
      })),
    ],
    isMore,
  };
};

/** Acts on messages, oldest first. */
export const actOnMessages: Answer<'actOnMessages'> = async ({ params, body }, context) => {
  const { verb } = params;
  const { selection, expected, target, isHead, body: changed } = body;
  const engine = engineOf(context);
  if (changed) requirePhiReader(context, 'change the body of a message');
  const ids = await idsOf(selection, verb, context);
  if (expected !== undefined && ids.length !== expected) {
    throw new EngineError(
      'SELECTION_CHANGED',
      `nothing was done: the search finds ${ids.length} messages now, and ${expected} were expected; look again`,
    );
  }
  if (changed && ids.length !== 1) {
    throw new EngineError('USAGE', 'another body can be given to one message only');
  }
  return actInParts(engine, verb, ids, {
    by: context.user.name,
    ...(verb === 'resend' ? { head: isHead, ...(target === undefined ? {} : { target }) } : {}),
    ...(changed ? { body: changed } : {}),
  });
};

/** By number, exactly those; by a filter, those it can be done to. */
async function idsOf(
  selection: Selection,
  verb: Verb,
  context: AnswerContext,
): Promise<readonly number[]> {
  if ('ids' in selection) return selection.ids;
  const { headers, isMore } = await selected(selection, verb, context);
  if (isMore) {
    throw new EngineError(
      'USAGE',
      `nothing was done: the search finds more than ${most} messages; narrow it down`,
    );
  }
  return headers.filter((header) => verbsFor(header).includes(verb)).map(({ id }) => id);
}

/** What was selected, oldest first. */
async function selected(selection: Selection, verb: Verb, context: AnswerContext) {
  if ('filter' in selection) return byFilter(selection.filter, verb, context);
  const found = await Promise.all(
    selection.ids.map(async (id) => ({ id, header: (await context.reader.message(id))?.header })),
  );
  return {
    headers: found.flatMap(({ header }) => (header ? [header] : [])),
    missing: found.filter(({ header }) => !header).map(({ id }) => id),
    isMore: false,
  };
}

async function byFilter(
  filter: z.output<typeof messageFilter>,
  verb: Verb,
  context: AnswerContext,
) {
  if (Object.keys(filter).length === 0) {
    throw new EngineError('USAGE', `${verb} needs a filter that says which messages`);
  }
  checkFilter(filter, context);
  // A response is never sent again; leaving it out here keeps the count of what can be.
  const wanted = verb === 'resend' ? { ...filter, type: 'Request' as const } : filter;
  const headers: MessageHeader[] = [];
  let page: readonly MessageHeader[];
  do {
    const before = headers.at(-1)?.id;
    const limit = Math.min(part, most + 1 - headers.length);
    page = await context.reader.messages({ ...wanted, limit, ...(before ? { before } : {}) });
    headers.push(...page);
  } while (page.length === part && headers.length <= most);
  return {
    headers: headers.slice(0, most).toReversed(),
    missing: [] as number[],
    isMore: headers.length > most,
  };
}
