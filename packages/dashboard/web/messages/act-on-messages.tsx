import { useState } from 'react';
import { count } from '../words/size.ts';
import { ActDialog } from './act-dialog.tsx';
import type { MessageFilter } from './message-filter.ts';
import { verbWords, type Asked, type Selection } from './verb.ts';

const verbs = ['resend', 'resubmit', 'discard', 'abort'] as const;

/** Acting on the messages that were chosen, or on all that the search finds; what would happen is shown first. */
export function ActOnMessages({
  chosen,
  filter,
  onDone,
}: {
  readonly chosen: ReadonlySet<number>;
  readonly filter: MessageFilter;
  readonly onDone: () => void;
}) {
  const [asked, setAsked] = useState<Asked>();
  const isFiltered = Object.keys(filter).length > 0;
  if (chosen.size === 0 && !isFiltered) return null;
  const selection: Selection = chosen.size > 0 ? { ids: [...chosen] } : { filter };
  return (
    <div className="row act" role="group" aria-label="Act on messages">
      <span>{chosen.size > 0 ? `${count(chosen.size)} chosen:` : 'All that are found:'}</span>
      {verbs.map((verb) => (
        <button key={verb} type="button" onClick={() => setAsked({ verb, selection })}>
          {verbWords[verb]}…
        </button>
      ))}
      <ActDialog asked={asked} onClose={() => setAsked(undefined)} onDone={onDone} />
    </div>
  );
}
