import { activityRoutes } from './activity.ts';
import { associationRoutes } from './associations.ts';
import { documentRoutes } from './documents.ts';
import { eventRoutes } from './events.ts';
import { messageRoutes } from './messages.ts';
import type { RouteName } from './paths.ts';
import { productionRoutes } from './production.ts';
import { queueRoutes } from './queues.ts';
import type { Route } from './route.ts';
import { savedSearchRoutes } from './saved-searches.ts';
import { statusRoutes } from './status.ts';
import { streamRoutes } from './stream.ts';
import { studyRoutes } from './studies.ts';
import { testingRoutes } from './testing.ts';
import { traceRoutes } from './trace.ts';
import { accountRoutes, userRoutes } from './users.ts';
import { whoRoutes } from './who.ts';

/**
 * Every route of the API by its name. What is checked of a request, who may, what is documented and what the client
 * calls: all of it is made of this table.
 */
export const routes = {
  ...statusRoutes,
  ...productionRoutes,
  ...messageRoutes,
  ...studyRoutes,
  ...traceRoutes,
  ...documentRoutes,
  ...queueRoutes,
  ...associationRoutes,
  ...eventRoutes,
  ...activityRoutes,
  ...testingRoutes,
  ...savedSearchRoutes,
  ...whoRoutes,
  ...accountRoutes,
  ...userRoutes,
  ...streamRoutes,
} satisfies Readonly<Record<RouteName, Route>>;

export type Routes = typeof routes;
