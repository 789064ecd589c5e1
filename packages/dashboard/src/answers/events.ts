import type { Answer } from './context.ts';
import { beforeOf, nextOf } from './cursor.ts';

/** The event log. */
export const events: Answer<'events'> = async ({ query }, { reader }) => {
  const { cursor, limit, ...filter } = query;
  const found = await reader.events({ ...filter, ...beforeOf(cursor), limit });
  return { events: found, ...nextOf(found, limit, found.at(-1)?.id) };
};

/** Alerts. */
export const alerts: Answer<'alerts'> = async ({ query }, { reader }) => {
  const { state, ...filter } = query;
  const found = await reader.alerts({ ...filter, ...(state === 'open' ? { isOpen: true } : {}) });
  return { alerts: found };
};
