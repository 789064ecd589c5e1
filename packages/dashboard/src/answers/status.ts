import { readStatus } from '../status.ts';
import type { Answer } from './context.ts';

/** More are shown as so many. */
const most = 100;

/** How the production does, and how much waits for a person. */
export const status: Answer<'status'> = async (_asked, { reader, now }) => {
  const [found, suspended] = await Promise.all([
    readStatus(reader, now),
    reader.search({ status: 'Suspended', limit: most }),
  ]);
  return { ...found, suspended: suspended.length };
};
