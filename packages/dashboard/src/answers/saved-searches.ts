import { EngineError } from '@consort/core';
import type { z } from 'zod';
import type { messageFilter } from '../api/messages.ts';
import { engineOf, type Answer } from './context.ts';
import { checkFilter, shownFilter } from './patient-data.ts';

type Filter = z.output<typeof messageFilter>;

/** The user's own searches. */
export const savedSearches: Answer<'savedSearches'> = async (_asked, context) => {
  const found = await context.reader.savedSearches(context.user.name);
  return {
    searches: found.map(({ name, filter }) => ({
      name,
      filter: shownFilter(filter as Filter, context),
    })),
  };
};

/** Keeps a search. */
export const saveSearch: Answer<'saveSearch'> = async ({ params, body }, context) => {
  const search = { name: params.name, filter: body.filter };
  checkFilter(search.filter, context);
  if (await engineOf(context).record.saveSearch(context.user.name, search)) return search;
  throw new EngineError(
    'TOO_LARGE',
    'the search was not kept: there are 100 already; remove one first',
  );
};

/** Forgets a search. */
export const removeSearch: Answer<'removeSearch'> = async ({ params: { name } }, context) => {
  if (await engineOf(context).record.removeSearch(context.user.name, name)) return { name };
  throw new EngineError('NOT_FOUND', 'there is no search of that name');
};
