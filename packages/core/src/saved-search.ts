import type { Json } from './message.ts';

/** A search that a user has kept. The filter is the page's own, and may hold patient data. */
export interface SavedSearch {
  readonly name: string;
  readonly filter: { readonly [key: string]: Json | undefined };
}

/** Reads the searches of a user, by name. */
export interface SavedSearchReader {
  savedSearches(user: string): Promise<readonly SavedSearch[]>;
}

/** Keeps and forgets them; part of `MessageStore`. */
export interface SavedSearchCalls {
  /** Keeps a search, in the place of one of the same name. @returns false when the user has 100 others */
  saveSearch(user: string, search: SavedSearch): Promise<boolean>;
  /** @returns false when there was none */
  removeSearch(user: string, name: string): Promise<boolean>;
}
