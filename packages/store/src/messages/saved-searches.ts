import type { Database } from 'better-sqlite3';
import type { SavedSearch } from '@consort/core';
import type { Calls } from './calls.ts';

/** Of one user. */
const most = 100;

/** Reads the searches that users have kept. */
export function savedSearchReadings(database: Database): Pick<Calls, 'savedSearches'> {
  const select = database.prepare<[string], { readonly name: string; readonly filter: string }>(
    `SELECT name, filter FROM saved_searches WHERE user = ? ORDER BY name`,
  );
  return {
    savedSearches: (user) =>
      select.all(user).map(({ name, filter }) => ({
        name,
        filter: JSON.parse(filter) as SavedSearch['filter'],
      })),
  };
}

/** Keeps and forgets them. */
export function savedSearches(database: Database): Pick<Calls, 'saveSearch' | 'removeSearch'> {
  const put = database.prepare(
    `INSERT INTO saved_searches (user, name, filter) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET filter = excluded.filter`,
  );
  const countOthers = database
    .prepare<[string, string], number>(
      `SELECT count(*) FROM saved_searches WHERE user = ? AND name <> ?`,
    )
    .pluck();
  const remove = database.prepare(`DELETE FROM saved_searches WHERE user = ? AND name = ?`);
  return {
    saveSearch(user, { name, filter }) {
      if ((countOthers.get(user, name) ?? 0) >= most) return false;
      put.run(user, name, JSON.stringify(filter));
      return true;
    },
    removeSearch: (user, name) => remove.run(user, name).changes > 0,
  };
}
