import { paths, type RouteName } from '../api/paths.ts';

/** Answers that are the same for everybody, made once for all who ask within a second. */
export interface SharedAnswers {
  /** The answer that is there, or the one that `make` makes; one that is shared as its JSON, written once for all. */
  answer(name: RouteName, asked: unknown, make: () => Promise<unknown>): Promise<unknown>;
}

/** What every open page asks for again with each change; none of it depends on who asks. */
const sharedRoutes: readonly RouteName[] = [
  'status',
  'production',
  'queues',
  'associations',
  'activity',
  'events',
  'alerts',
];

/** Milliseconds that an answer is good for. */
const lifetime = 1_000;
/** What may be asked for in different words within that time. */
const mostAnswers = 100;

/**
 * Opens it. Many pages that are open cost the record no more than one. Whoever changes something sees the change in the
 * next answer: with each request that is no GET all of them are forgotten.
 */
export function openSharedAnswers(): SharedAnswers {
  const answers = new Map<string, { readonly until: number; readonly made: Promise<string> }>();
  return {
    async answer(name, asked, make) {
      if (!paths[name].startsWith('GET ')) return make().finally(() => answers.clear());
      if (!sharedRoutes.includes(name)) return make();
      const key = JSON.stringify([name, asked]);
      const now = performance.now();
      const there = answers.get(key);
      if (there && there.until > now) return there.made;
      if (answers.size >= mostAnswers) answers.clear();
      const made = make().then((answer) => JSON.stringify(answer));
      answers.set(key, { until: now + lifetime, made });
      // A failure is for those who wait for it now.
      made.catch(() => answers.delete(key));
      return made;
    },
  };
}
