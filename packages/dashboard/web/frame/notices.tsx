import type { ReactNode } from 'react';
import { ApiError } from '../../src/client.ts';
import { Text } from '../words/text.tsx';

/** Nothing is there: why, and what to do next. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="sheet empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something was refused or could not be read: with its code, and what to do next. */
export function Failure({
  error,
  doing,
  children,
}: {
  readonly error: Error;
  /** What was not done: `the messages cannot be read`. */
  readonly doing: string;
  readonly children?: ReactNode;
}) {
  const code = error instanceof ApiError ? error.code : undefined;
  return (
    <div className="notice bad" role="alert">
      <p>
        <strong>{doing}</strong>
        {code && (
          <>
            {' '}
            <code>{code}</code>
          </>
        )}
      </p>
      <p>
        {code ? (
          <Text>{error.message}</Text>
        ) : (
          'The server does not answer. This page goes on by itself as soon as it does; npx production status says more.'
        )}
      </p>
      {children}
    </div>
  );
}

/** Until the first answer is there. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p className="quiet waiting" role="status">
      Reading {what}…
    </p>
  );
}
