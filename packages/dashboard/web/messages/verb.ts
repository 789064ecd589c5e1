import type { Input } from '../../src/client.ts';

/** What can be done to messages. */
export type Verb = Input<'actOnMessages'>['params']['verb'];

/** Which messages: those that were chosen, or all that the search finds. */
export type Selection = Input<'actOnMessages'>['body']['selection'];

/** What is asked for: to do something to messages. */
export interface Asked {
  readonly verb: Verb;
  readonly selection: Selection;
}

/** The words of what is done. */
export const verbWords: Readonly<Record<Verb, string>> = {
  resend: 'Resend',
  resubmit: 'Resubmit',
  discard: 'Discard',
  abort: 'Abort',
};
