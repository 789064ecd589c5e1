import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Input } from '../../src/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { EventList } from './event-list.tsx';

const types = ['Assert', 'Error', 'Warning', 'Info', 'Trace', 'Alert'] as const;
const keys = ['type', 'host', 'code', 'sessionId', 'text', 'since', 'until', 'cursor'] as const;

type Query = NonNullable<Input<'events'>['query']>;

/** The event log, newest first; new events come by themselves. The URL is the search. */
export default function EventsPage() {
  const [search, setSearch] = useSearchParams();
  const asked = Object.fromEntries(
    keys.flatMap((key) => {
      const value = search.get(key);
      return value ? [[key, key === 'sessionId' ? Number(value) : value]] : [];
    }),
  ) as Query;
  const query = useAnswer('events', { query: { ...asked, limit: 200 } });
  return (
    <Page title="Events" lead={asked.cursor ? undefined : 'New events come by themselves.'}>
      <EventSearch key={search.toString()} asked={asked} />
      <Answered query={query} what="the events">
        {({ events, next }) =>
          events.length === 0 ? (
            <Empty title="No event is like that">
              <p>Take something out of the search.</p>
            </Empty>
          ) : (
            <>
              <section className="sheet" aria-label="Events">
                <EventList events={events} />
              </section>
              <div className="row">
                {asked.cursor && (
                  <button type="button" onClick={() => setSearch(without(search, 'cursor'))}>
                    The newest
                  </button>
                )}
                {next && (
                  <button
                    type="button"
                    onClick={() => setSearch({ ...Object.fromEntries(search), cursor: next })}
                  >
                    Older events
                  </button>
                )}
              </div>
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function EventSearch({ asked }: { readonly asked: Query }) {
  const [, setSearch] = useSearchParams();
  const { data } = useAnswer('status', undefined as never);
  const [wanted, setWanted] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(
      keys.flatMap((key) =>
        asked[key] === undefined || key === 'cursor' ? [] : [[key, String(asked[key])]],
      ),
    ),
  );
  const want = (key: string, value: string) => setWanted({ ...wanted, [key]: value });
  return (
    <form
      className="sheet filter"
      aria-label="Search events"
      onSubmit={(event) => {
        event.preventDefault();
        setSearch(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== '')));
      }}
    >
      <div className="fields">
        <label className="field">
          <span>Type</span>
          <select
            value={wanted['type'] ?? ''}
            onChange={(event) => want('type', event.target.value)}
          >
            <option value="">any</option>
            {types.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Host</span>
          <select
            value={wanted['host'] ?? ''}
            onChange={(event) => want('host', event.target.value)}
          >
            <option value="">any</option>
            {data?.hosts.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {(
          [
            ['text', 'Words in the text'],
            ['code', 'Code'],
            ['sessionId', 'Session'],
          ] as const
        ).map(([key, title]) => (
          <label key={key} className="field">
            <span>{title}</span>
            <input
              value={wanted[key] ?? ''}
              maxLength={200}
              spellCheck={false}
              pattern={key === 'sessionId' ? '[0-9]*' : undefined}
              onChange={(event) => want(key, event.target.value)}
            />
          </label>
        ))}
        <div className="row">
          <button type="submit" className="primary">
            Search
          </button>
          <button type="button" onClick={() => setSearch({})}>
            Clear
          </button>
        </div>
      </div>
    </form>
  );
}

function without(search: URLSearchParams, key: string): Record<string, string> {
  return Object.fromEntries([...search].filter(([name]) => name !== key));
}
