import type { MessageHeader } from '@consort/core';
import { statusTone, statusWords } from './message-status.ts';
import { State } from './state.tsx';

/** A message's status in words, with its sign. */
export function MessageState({
  header,
  request,
}: {
  readonly header: MessageHeader;
  readonly request?: MessageHeader | undefined;
}) {
  return <State tone={statusTone(header)} word={statusWords(header, request)} />;
}
