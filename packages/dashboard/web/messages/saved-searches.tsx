import { useState } from 'react';
import { useAct } from '../data/use-act.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Failure } from '../frame/notices.tsx';
import { Text } from '../words/text.tsx';
import { writeFilter, type MessageFilter } from './message-filter.ts';

/** The user's own searches, one press away; and keeping the one that is shown. */
export function SavedSearches({
  filter,
  onShow,
}: {
  readonly filter: MessageFilter;
  readonly onShow: (filter: MessageFilter) => void;
}) {
  const { data } = useAnswer('savedSearches', undefined as never);
  const save = useAct('saveSearch');
  const remove = useAct('removeSearch');
  const [name, setName] = useState('');
  const searches = data?.searches ?? [];
  const shown = searches.find((one) => writeFilter(one.filter) === writeFilter(filter));
  const isFiltered = Object.keys(filter).length > 0;
  if (searches.length === 0 && !isFiltered) return null;
  return (
    <div className="row saved" role="group" aria-label="Saved searches">
      {searches.map((one) => (
        <button
          key={one.name}
          type="button"
          aria-pressed={one === shown}
          onClick={() => onShow(one.filter)}
        >
          <Text>{one.name}</Text>
        </button>
      ))}
      {shown && (
        <button
          type="button"
          className="bare"
          onClick={() => remove.mutate({ params: { name: shown.name } })}
        >
          Forget “<Text>{shown.name}</Text>”
        </button>
      )}
      {!shown && isFiltered && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(
              { params: { name: name.trim() }, body: { filter } },
              { onSuccess: () => setName('') },
            );
          }}
        >
          <input
            aria-label="Name for this search"
            placeholder="Name for this search"
            value={name}
            maxLength={100}
            required
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit">Save search</button>
        </form>
      )}
      {save.error && <Failure error={save.error} doing="The search was not kept" />}
    </div>
  );
}
