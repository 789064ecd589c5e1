import { useState } from 'react';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { filterWords, statuses, type FilterKey, type MessageFilter } from './message-filter.ts';
import { TimeField } from './time-field.tsx';

const first = ['patientId', 'patientName', 'accessionNumber'] as const;
const rest = [
  'modality',
  'callingAeTitle',
  'calledAeTitle',
  'errorText',
  'sessionId',
  'studyInstanceUid',
  'seriesInstanceUid',
  'sopInstanceUid',
] as const;

/** The search as a form; it takes effect when it is sent. */
export function FilterForm({
  filter,
  onShow,
}: {
  readonly filter: MessageFilter;
  readonly onShow: (filter: MessageFilter) => void;
}) {
  const [wanted, setWanted] = useState(filter);
  const { may } = useWho();
  const { data } = useAnswer('status', undefined as never);
  const hosts = data?.hosts.map(({ name }) => name) ?? [];

  function want(key: FilterKey, value: string): void {
    const { [key]: _, ...others } = wanted;
    const read = key === 'sessionId' ? Number(value) : value;
    setWanted(value === '' ? others : { ...others, [key]: read });
  }

  const field = (key: FilterKey) => (
    <label key={key} className="field">
      <span>{filterWords[key]}</span>
      <input
        value={String(wanted[key] ?? '')}
        inputMode={key === 'sessionId' ? 'numeric' : undefined}
        pattern={key === 'sessionId' ? '[0-9]*' : undefined}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => want(key, event.target.value)}
      />
    </label>
  );

  return (
    <form
      className="sheet filter"
      aria-label="Search messages"
      onSubmit={(event) => {
        event.preventDefault();
        onShow(wanted);
      }}
    >
      <div className="fields">
        <Choice
          title={filterWords.host}
          value={wanted.host}
          choices={hosts}
          onChoose={(value) => want('host', value)}
        />
        <Choice
          title={filterWords.status}
          value={wanted.status}
          choices={statuses}
          onChoose={(value) => want('status', value)}
        />
        {may('phi-reader') && first.map(field)}
        <TimeField
          title={filterWords.since}
          value={wanted.since}
          onChange={(value) => want('since', value)}
        />
        <TimeField
          title={filterWords.until}
          value={wanted.until}
          onChange={(value) => want('until', value)}
        />
        <div className="row">
          <button type="submit" className="primary">
            Search
          </button>
          <button type="button" onClick={() => onShow({})}>
            Clear
          </button>
        </div>
      </div>
      <details open={['type' as const, ...rest].some((key) => filter[key] !== undefined)}>
        <summary>More to search by</summary>
        <div className="fields">
          <Choice
            title={filterWords.type}
            value={wanted.type}
            choices={['Request', 'Response']}
            onChoose={(value) => want('type', value)}
          />
          {rest.map(field)}
        </div>
      </details>
    </form>
  );
}

function Choice({
  title,
  value = '',
  choices,
  onChoose,
}: {
  readonly title: string;
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly onChoose: (value: string) => void;
}) {
  const all = value === '' || choices.includes(value) ? choices : [...choices, value];
  return (
    <label className="field">
      <span>{title}</span>
      <select value={value} onChange={(event) => onChoose(event.target.value)}>
        <option value="">any</option>
        {all.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    </label>
  );
}
