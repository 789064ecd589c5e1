import { z } from 'zod';
import { messageFilter } from './messages.ts';
import { route } from './route.ts';

const name = z.string().min(1).max(100);

const search = z.object({ name, filter: messageFilter });

export const savedSearchRoutes = {
  savedSearches: route({
    summary: "The user's own searches, by name",
    role: 'viewer',
    patientData: 'hidden',
    answer: z.object({ searches: z.array(search).readonly() }),
  }),
  saveSearch: route({
    summary: 'Keeps a search under a name; at most 100 for each user',
    role: 'viewer',
    patientData: 'hidden',
    params: z.object({ name }),
    body: z.object({ filter: messageFilter }),
    answer: search,
  }),
  removeSearch: route({
    summary: 'Forgets a search',
    role: 'viewer',
    patientData: 'none',
    params: z.object({ name }),
    answer: z.object({ name }),
  }),
};
