import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, useParams, useSearchParams } from 'wouter';
import { ApiError } from '../../src/client.ts';
import { client } from '../data/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { useWidth } from '../frame/use-width.ts';
import { State } from '../words/state.tsx';
import { Text } from '../words/text.tsx';
import { save } from './save.ts';
import { LegPanel } from './leg-panel.tsx';
import { SequenceDiagram } from './sequence-diagram.tsx';
import { standalone } from './standalone-svg.ts';
import type { Session } from './diagram.ts';
import '../style/trace.css';

/** The trace of a session: who asked whom for what, what was answered, how long it took. Its URL is permanent. */
export function TracePage() {
  const { id } = useParams<{ id: string }>();
  const number = Number(id);
  const isNumber = Number.isSafeInteger(number) && number > 0;
  const query = useAnswer('session', { params: { id: number } }, { when: isNumber });
  const isUnknown = !isNumber || (query.error instanceof ApiError && query.error.status === 404);
  if (isUnknown)
    return (
      <Page title={`Session ${id}`}>
        <Empty title="There is no such session">
          <p>
            It may have been purged. <Link href="/messages">Search the messages</Link> that are
            there.
          </p>
        </Empty>
      </Page>
    );
  return (
    <Answered query={query} what="the trace">
      {(session) => <Trace session={session} />}
    </Answered>
  );
}

function Trace({ session }: { readonly session: Session }) {
  const [search, setSearch] = useSearchParams();
  const drawing = useRef<SVGSVGElement>(null);
  const asked = Number(search.get('message'));
  const selected = session.messages.find(({ header }) => header.id === asked);
  const place = useRef<HTMLDivElement>(null);
  const space = useWidth(place);
  const { sessionId, isFinished, summary, text } = session;
  useToldOf(session);

  return (
    <Page
      title={`Session ${sessionId}`}
      lead={summary && <Text>{summary}</Text>}
      actions={
        <>
          {isFinished ? (
            <State tone="idle" word="Finished" />
          ) : (
            <State tone="doubtful" word="Under way" />
          )}
          <button
            type="button"
            onClick={() => {
              if (drawing.current)
                save(`session-${sessionId}.svg`, 'image/svg+xml', standalone(drawing.current));
            }}
          >
            Save as SVG
          </button>
          {text !== undefined && (
            <button
              type="button"
              onClick={() => save(`session-${sessionId}.txt`, 'text/plain', text)}
            >
              Save as text
            </button>
          )}
          <Link className="button" href={`/events?sessionId=${sessionId}`}>
            Events
          </Link>
        </>
      }
    >
      <div className={selected ? 'beside' : 'stack'}>
        <div
          ref={place}
          className="sheet scroll trace"
          role="region"
          aria-label="Trace"
          tabIndex={0}
        >
          <SequenceDiagram
            session={session}
            selected={selected?.header.id}
            onSelect={(message) => setSearch({ message: String(message) }, { replace: true })}
            drawing={drawing}
            space={space}
          />
          <Legend />
        </div>
        {selected && (
          <LegPanel
            leg={selected}
            session={session}
            onClose={() => setSearch({}, { replace: true })}
          />
        )}
      </div>
    </Page>
  );
}

/** While a session is under way the production tells of each of its legs. */
function useToldOf({ sessionId, isFinished }: Session): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (isFinished) return undefined;
    const source = new EventSource(client.href('stream', { query: { session: sessionId } }));
    source.addEventListener('messages', () => {
      void queries.invalidateQueries({ queryKey: ['live', 'session'] });
    });
    return () => source.close();
  }, [sessionId, isFinished, queries]);
}

function Legend() {
  return (
    <ul className="legend">
      <li>
        <svg width="44" height="12" aria-hidden="true">
          <path d="M1 6H34" className="arrow request" />
          <path d="M43 6L33 1V11Z" className="head request" />
        </svg>
        request
      </li>
      <li>
        <svg width="44" height="12" aria-hidden="true">
          <path d="M1 6H42" className="arrow response" />
          <path d="M33 1L43 6L33 11" className="head response" />
        </svg>
        response
      </li>
      <li>
        <svg width="44" height="12" aria-hidden="true">
          <path d="M1 6H34" className="arrow error" />
          <path d="M43 6L33 1V11Z" className="head error" />
          <path d="M14 2l8 8m0-8l-8 8" className="cross" />
        </svg>
        failed
      </li>
    </ul>
  );
}
