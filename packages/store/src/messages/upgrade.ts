/** What was done to a database that an older version has written. */
export interface Upgrade {
  /** The steps it lacked, oldest first. */
  readonly steps: readonly string[];
  /** Where it is kept as it was. */
  readonly copy: string;
}
