import Database from 'better-sqlite3';

/** More messages a second than any record takes. */
const mostPerSecond = 1_000;
const roundedTo = 1_000_000;

/**
 * Writes into a restored record, before it gets its place, that it is one, and lets the numbers of new messages begin
 * where no message can have come since the backup was taken. Names of files and the logs of others hold such numbers: one
 * that was given to an image that is lost from the record must not be given to another one.
 */
export function noteRestore(
  file: string,
  { takenAt, from }: { readonly takenAt: string; readonly from: string },
): void {
  const now = new Date();
  const elapsed = Math.max(0, now.getTime() - Date.parse(takenAt)) / 1_000;
  const database = new Database(file, { fileMustExist: true });
  try {
    const last =
      database
        .prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'messages'`)
        .pluck()
        .get() ?? 0;
    const first = Math.floor((last + elapsed * mostPerSecond) / roundedTo + 1) * roundedTo;
    database.transaction(() => {
      database.prepare(`DELETE FROM sqlite_sequence WHERE name = 'messages'`).run();
      database.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('messages', ?)`).run(first);
      const text = `restored from the backup of ${takenAt} in ${from}; the next message is number ${first + 1}`;
      database
        .prepare(`INSERT INTO events (time, type, code, text) VALUES (?, 'Warning', 'RESTORED', ?)`)
        .run(now.toISOString(), text);
    })();
  } finally {
    database.close();
  }
}
