import { activity } from './activity.ts';
import { associations, echo } from './associations.ts';
import { audit } from './audit.ts';
import type { Answer, JsonRoute } from './context.ts';
import { document, documentDifference } from './documents.ts';
import { alerts, events } from './events.ts';
import { actOnMessages, previewMessages } from './message-actions.ts';
import { message, messages, suspended } from './messages.ts';
import { changeHost, production, updateProduction } from './production.ts';
import { queue, queues } from './queues.ts';
import { removeSearch, savedSearches, saveSearch } from './saved-searches.ts';
import { status } from './status.ts';
import { images, resendStudy, studies } from './studies.ts';
import { testMessage } from './testing.ts';
import { session } from './trace.ts';
import * as ofUsers from './users.ts';

/** Those that need more than what was asked: the request itself. */
export type SpecialRoute =
  | 'me'
  | 'login'
  | 'logout'
  | 'beginOpenIdLogin'
  | 'openIdLogin'
  | 'changePassword'
  | 'endOtherSessions'
  | 'testFile';

/** What answers each route with JSON. */
export const answers: { readonly [Name in Exclude<JsonRoute, SpecialRoute>]: Answer<Name> } = {
  status,
  production,
  updateProduction,
  changeHost,
  messages,
  message,
  previewMessages,
  actOnMessages,
  suspended,
  studies,
  images,
  resendStudy,
  session,
  document,
  documentDifference,
  queues,
  queue,
  associations,
  echo,
  events,
  alerts,
  activity,
  testMessage,
  savedSearches,
  saveSearch,
  removeSearch,
  audit,
  ...ofUsers,
};
