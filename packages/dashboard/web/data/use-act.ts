import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiError, Input, Output, RouteName } from '../../src/client.ts';
import { ask } from './use-answer.ts';

/** Something a person does to the production: what it answers, and why it was refused. */
export function useAct<Name extends RouteName>(name: Name) {
  const queries = useQueryClient();
  return useMutation<Output<Name>, ApiError | Error, Input<Name>>({
    mutationFn: (input) => ask(name, input),
    onSettled: () => queries.invalidateQueries({ queryKey: ['live'] }),
  });
}
