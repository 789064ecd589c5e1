import { EngineError } from '@consort/core/record';

/**
 * The engine's error for a failure of SQLite or of the file system: DISK_FULL where space is lacking,
 * STORE_UNAVAILABLE for everything else. An EngineError stays as it is.
 * @param action what could not be done, and where: `cannot write to /data/messages.db`
 */
export function diskError(action: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const code = codeOf(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (fullCodes.has(code)) {
    return new EngineError('DISK_FULL', `${action}: no space is left (${code}); free some`, {
      cause,
    });
  }
  const shown = code === '' || reason.includes(code) ? '' : ` (${code})`;
  return new EngineError('STORE_UNAVAILABLE', `${action}: ${reason}${shown}`, { cause });
}

const fullCodes: ReadonlySet<string> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
