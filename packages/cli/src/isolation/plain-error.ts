import {
  EngineError,
  errorCodes,
  isPermanent,
  PermanentError,
  type ErrorCode,
} from '@consort/core';

/** An error on its way between processes. */
export interface PlainError {
  readonly text: string;
  readonly isPermanent: boolean;
  readonly code?: ErrorCode;
  readonly origin?: { readonly host: string; readonly code: string };
}

/** What is told of a thrown value. */
export function plainError(error: unknown): PlainError {
  const { code, origin } = (error ?? {}) as { code?: unknown; origin?: PlainError['origin'] };
  return {
    text: error instanceof Error ? error.message : String(error),
    isPermanent: isPermanent(error),
    ...(isErrorCode(code) ? { code } : {}),
    ...(origin ? { origin } : {}),
  };
}

/** The error again, on the other side. */
export function errorOf({ text, isPermanent: isForGood, code, origin }: PlainError): Error {
  if (code === undefined && !isForGood) return new Error(text);
  const Kind = isForGood ? PermanentError : EngineError;
  return new Kind(code ?? 'HANDLER_FAILED', text, origin ? { origin } : {});
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}
