import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure, Waiting } from './notices.tsx';

/** Draws an answer; until there is one, says that it is read, and above an old one, that no newer could be read. */
export function Answered<Answer>({
  query,
  what,
  children,
}: {
  readonly query: UseQueryResult<Answer>;
  /** What is read: `the queues`. */
  readonly what: string;
  readonly children: (answer: Answer) => ReactNode;
}) {
  const { data, error } = query;
  return (
    <>
      {error && <Failure error={error} doing={`${capital(what)} cannot be read`} />}
      {data === undefined ? !error && <Waiting what={what} /> : children(data)}
    </>
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
