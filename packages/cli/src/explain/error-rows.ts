/** What docs/errors.md says of an error. */
export interface ErrorRow {
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** The rows of the tables of docs/errors.md, in their order. */
export function errorRows(text: string): readonly ErrorRow[] {
  return [...text.matchAll(/^\| `([A-Z0-9_]+)` \|(.+)\|(.+)\|$/gm)].map(
    ([, code = '', meaning = '', remedy = '']) => ({
      code,
      meaning: meaning.trim(),
      remedy: remedy.trim(),
    }),
  );
}
