/** What there is to know of one kind of finding: a row of docs/check.md, and what `production explain` says. */
export interface FindingEntry {
  /** A mistake keeps the production from starting; a doubt does not. */
  readonly severity: 'mistake' | 'doubt';
  readonly meaning: string;
  readonly why: string;
  readonly remedy: string;
  /** A production file that has it, and the same file put right. Absent where the file alone does not show it. */
  readonly example?: { readonly wrong: string; readonly right: string };
}
