import { EngineError } from '@consort/core';
import { httpStatuses } from './http-status.ts';

/** What is answered instead of what was asked for. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

/** How an error is told. What was not written to be read by everyone is left out. */
export function refusalOf(error: unknown): Refusal {
  const { code, message, statusCode } = error as Error & {
    readonly code?: string;
    readonly statusCode?: number;
  };
  const status = httpStatuses[code as keyof typeof httpStatuses];
  if (isOurs(error) && status !== undefined) return { status, code: error.code, text: message };
  // Fastify's own, of a body that is too large, is no JSON or comes in another media type.
  if (statusCode === 413) return { status: 413, code: 'TOO_LARGE', text: 'the body is too large' };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: 'USAGE', text: 'the request cannot be read' };
  }
  return {
    status: 500,
    code: isOurs(error) ? error.code : 'HANDLER_FAILED',
    text: 'it failed; the event log may say more: production events',
  };
}

/** By its name, so that two copies of core agree. */
function isOurs(error: unknown): error is EngineError {
  return error instanceof EngineError || (error as Error).name === 'PermanentError';
}
