/** What can be shown where the output goes. */
export interface Screen {
  /** Columns; Infinity where nothing has to fit. */
  readonly width: number;
  readonly isUtf8: boolean;
}

/** The screen behind stdout: as wide as its terminal; a pipe or a file has no width. */
export function screen(): Screen {
  return {
    width: process.stdout.isTTY ? process.stdout.columns || 80 : Infinity,
    isUtf8: isUtf8Locale(process.env),
  };
}

/** Says whether the locale of an environment is a UTF-8 one (POSIX: LC_ALL, then LC_CTYPE, then LANG). */
export function isUtf8Locale(environment: NodeJS.ProcessEnv): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return /utf-?8/i.test(locale);
}
