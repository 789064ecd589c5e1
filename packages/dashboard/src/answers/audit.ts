import type { Answer } from './context.ts';
import { beforeOf, nextOf } from './cursor.ts';

/** Who did and saw what. */
export const audit: Answer<'audit'> = async ({ query }, { reader }) => {
  const { cursor, limit, ...filter } = query;
  const found = await reader.auditTrail({ ...filter, ...beforeOf(cursor), limit });
  return { entries: found, ...nextOf(found, limit, found.at(-1)?.id) };
};
