import { EngineError, parseDuration } from '@consort/core';

/**
 * Reads a point in time from the command line: `2026-08-25T14:00` (of this zone), or how long ago, `10m`.
 * @param option for the error: `--since`
 * @returns ISO 8601, UTC
 * @throws EngineError USAGE
 */
export function pointInTime(option: string, text: string, now: Date): string {
  const ago = parseDuration(text);
  const time = ago === undefined ? Date.parse(text) : now.getTime() - ago;
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new EngineError(
    'USAGE',
    `${option} ${JSON.stringify(text)} is no time; write one like 2026-08-25T14:00, or how long ago, like 10m`,
  );
}
