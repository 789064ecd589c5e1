import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { client } from '../data/client.ts';
import { useWho } from '../data/who.ts';
import { Failure, Empty, Waiting } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { ActOnMessages } from './act-on-messages.tsx';
import { FilterForm } from './filter-form.tsx';
import { readFilter, writeFilter, type MessageFilter } from './message-filter.ts';
import { MessageRows } from './message-rows.tsx';
import { SavedSearches } from './saved-searches.tsx';
import { useMessages } from './use-messages.ts';

/** Finding messages, and acting on those that are found. The URL is the search. */
export function MessagesPage() {
  const [search, setSearch] = useSearchParams();
  const written = search.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(written)), [written]);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const messages = useMessages(filter);
  const { may } = useWho();
  const show = (next: MessageFilter) => {
    setChosen(new Set());
    setSearch(writeFilter(next));
  };
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page
      title="Messages"
      actions={
        <>
          <a className="button" href={exported(filter, 'csv')} download>
            Export CSV
          </a>
          <a className="button" href={exported(filter, 'ndjson')} download>
            Export NDJSON
          </a>
        </>
      }
    >
      <SavedSearches filter={filter} onShow={show} />
      <FilterForm key={writeFilter(filter)} filter={filter} onShow={show} />
      {may('operator') && messages.rows.length > 0 && (
        <ActOnMessages
          chosen={chosen}
          filter={filter}
          onDone={() => {
            setChosen(new Set());
            void messages.refresh();
          }}
        />
      )}
      {messages.error && <Failure error={messages.error} doing="The messages cannot be read" />}
      {messages.isWaiting && <Waiting what="the messages" />}
      {messages.isEmpty && (
        <Empty title={isFiltered ? 'No message is like that' : 'No message has come yet'}>
          {isFiltered ? (
            <p>
              Take something out of the search. Upper and lower case count in ids and AE titles, and
              what was purged is not there any more.{' '}
              <button type="button" className="link" onClick={() => show({})}>
                Show all messages
              </button>
            </p>
          ) : (
            <p>
              Send an image: <code>npx production send FILE.dcm</code> in the production’s folder.
            </p>
          )}
        </Empty>
      )}
      {messages.rows.length > 0 && (
        <MessageRows
          rows={messages.rows}
          chosen={chosen}
          isChoosing={may('operator')}
          onChoose={setChosen}
          hasMore={messages.hasMore}
          onMore={messages.readMore}
        />
      )}
    </Page>
  );
}

function exported(filter: MessageFilter, format: 'csv' | 'ndjson'): string {
  return client.href('exportMessages', { query: { ...filter, format } });
}
