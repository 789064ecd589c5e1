import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Output } from '../../src/client.ts';
import { ask } from '../data/use-answer.ts';
import type { MessageFilter } from './message-filter.ts';

/** A message in a list. */
export type MessageRow = Output<'messages'>['messages'][number];

/** Milliseconds between two looks for what is new, while the first part of the list is all that was read. */
const pause = 3_000;

/** The messages of a search, newest first, read part by part. */
export function useMessages(filter: MessageFilter) {
  const query = useInfiniteQuery({
    queryKey: ['messages', filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'messages',
        { query: { ...filter, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    // Whoever has scrolled down keeps what is under his eyes.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? false : pause),
  });
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const rows: readonly MessageRow[] = data?.pages.flatMap(({ messages }) => messages) ?? [];
  const readMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    rows,
    error,
    isWaiting: isPending && !error,
    isEmpty: data !== undefined && rows.length === 0,
    hasMore: hasNextPage,
    readMore,
    refresh: refetch,
  };
}
