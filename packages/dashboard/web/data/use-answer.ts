import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ApiError, Input, Output, RouteName } from '../../src/client.ts';
import { client } from './client.ts';
import { useIsLive } from './live.ts';

/** How an answer is kept up to date. */
interface Freshness {
  /** `live`: whenever the production tells of a change; `once`: as it was when it was asked for. Default live. */
  readonly fresh?: 'live' | 'once';
  /** Nothing is asked for while it is false. Default true. */
  readonly when?: boolean;
}

/** Milliseconds between two questions: while changes are told, and while they are not. */
const slow = 15_000;
const fast = 3_000;

/**
 * What a route answers, kept up to date. While another answer is under way the last one stays, so that a page never
 * goes blank, and neither does it when the server is away.
 */
export function useAnswer<Name extends RouteName>(
  name: Name,
  input: Input<Name>,
  { fresh = 'live', when = true }: Freshness = {},
): UseQueryResult<Output<Name>, ApiError | Error> {
  const isLive = useIsLive();
  return useQuery<Output<Name>, ApiError | Error>({
    queryKey: [fresh, name, input],
    queryFn: ({ signal }) => ask(name, input, signal),
    enabled: when,
    placeholderData: keepPreviousData,
    refetchInterval: fresh === 'live' ? (isLive ? slow : fast) : false,
    staleTime: fresh === 'live' ? 0 : Infinity,
  });
}

/** Calls a route once. */
export function ask<Name extends RouteName>(
  name: Name,
  input: Input<Name>,
  signal?: AbortSignal,
): Promise<Output<Name>> {
  const call = client.call as (
    name: Name,
    input: Input<Name>,
    signal?: AbortSignal,
  ) => Promise<Output<Name>>;
  return call(name, input, signal);
}
