import { errorCodes, type ErrorCode } from '@consort/core';

/** How the `production` command ends. Published: a number is never given another meaning. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  unreachable: 4,
  notFound: 5,
} as const;

/** The codes that do not simply mean that the operation failed. */
const exitCodeOfError: Partial<Record<ErrorCode, number>> = {
  USAGE: exitCodes.usage,
  PRODUCTION_INVALID: exitCodes.invalid,
  COMPONENT_NOT_LOADED: exitCodes.invalid,
  IMPORT_UNFIT: exitCodes.invalid,
  NOT_RUNNING: exitCodes.unreachable,
  STORE_UNAVAILABLE: exitCodes.unreachable,
  STORE_TOO_NEW: exitCodes.unreachable,
  REDIS_UNAVAILABLE: exitCodes.unreachable,
  REDIS_UNFIT: exitCodes.unreachable,
  REDIS_NOT_INSTALLED: exitCodes.unreachable,
  PRODUCTION_NOT_FOUND: exitCodes.notFound,
  NOT_FOUND: exitCodes.notFound,
};

/** The exit code for whatever a command threw. */
export function exitCodeOf(error: unknown): number {
  const code = engineCodeOf(error);
  return (code && exitCodeOfError[code]) ?? exitCodes.failed;
}

/** What is printed for whatever a command threw: `error[CODE]: text`; the stack when it is a fault of ours. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const code = engineCodeOf(error);
  if (code) return `error[${code}]: ${error.message}`;
  return `error: ${error.stack ?? error.message}`;
}

/** The engine's code of an error; recognised by data, so that two copies of core agree. */
function engineCodeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code in errorCodes ? (code as ErrorCode) : undefined;
}
