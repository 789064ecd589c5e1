import type { Finding, FindingCode } from '@consort/core';

/** A doubt at a place of the production file, `file:line:column`. */
export function foundAt(
  place: string,
  code: FindingCode,
  message: string,
  suggestion?: string,
): Finding {
  const [, file = place, line = '1', column = '1'] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
  return {
    severity: 'warning',
    code,
    file,
    line: Number(line),
    column: Number(column),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
