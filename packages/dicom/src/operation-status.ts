import type { DimseService } from './association/command-fields.ts';

/** Processing failure (PS3.7 section C.5.15). */
const processingFailure = 0x0110;

/**
 * The status of an operation that failed for a reason of ours. A full disk is "out of resources" to a C- service and
 * "resource limitation" to an N- service; anything else is `general`. Queries and retrievals have no 0110: they say
 * C000, "unable to process" (PS3.4 tables C.4-1 to C.4-3).
 */
export function failureStatus(
  service: DimseService,
  code: string,
  general = processingFailure,
): number {
  const isNormalized = service.startsWith('N-');
  if (code === 'DISK_FULL' || code === 'STORE_UNAVAILABLE') return isNormalized ? 0x0213 : 0xa700;
  return !isNormalized && general === processingFailure ? 0xc000 : general;
}
