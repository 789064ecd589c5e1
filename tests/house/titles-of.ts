/** A test that a page names: a link to its file and, in italics, its title. */
export const testReference = /\[[\w -]+\]\(\.\.\/([^)]+\.ts)\) \*([^*]+)\*/;

/** The titles of the tests of a file. */
export function titlesOf(text: string): readonly string[] {
  const begun = text.matchAll(
    /\b(?:it|test)(?:\.each\([^]*?\n?\))?\(\s*(['"`])((?:\\.|(?!\1).)+)\1/g,
  );
  return [...begun].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));
}
