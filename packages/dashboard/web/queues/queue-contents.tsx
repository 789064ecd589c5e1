import { useState } from 'react';
import { Link } from 'wouter';
import type { Output } from '../../src/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { ActDialog } from '../messages/act-dialog.tsx';
import type { Asked } from '../messages/verb.ts';
import { MessageState } from '../words/message-state.tsx';
import { Name } from '../words/text.tsx';
import { Age } from '../words/time.tsx';

type Header = Output<'queue'>['waiting'][number];

/** What is in a host's queue: first what is in progress, then what waits in the order it will be claimed. */
export function QueueContents({ host }: { readonly host: string }) {
  const { may } = useWho();
  const [cursor, setCursor] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const query = useAnswer('queue', {
    params: { host },
    query: { limit: 100, ...(cursor ? { cursor } : {}) },
  });
  return (
    <section className="sheet" aria-label={`Queue of ${host}`}>
      <header>
        <h2>
          Queue of <Name>{host}</Name>
        </h2>
        {may('operator') && (
          <button
            type="button"
            className="danger"
            onClick={() =>
              setAsked({ verb: 'abort', selection: { filter: { host, status: 'Queued' } } })
            }
          >
            Abort all that wait…
          </button>
        )}
      </header>
      <Answered query={query} what="the queue">
        {({ inProgress, waiting, next }) => (
          <>
            {inProgress.length + waiting.length === 0 && (
              <p className="body quiet">Nothing waits and nothing is in progress.</p>
            )}
            {inProgress.length + waiting.length > 0 && (
              <div className="scroll" role="region" aria-label="Contents" tabIndex={0}>
                <table className="cards">
                  <thead>
                    <tr>
                      <th scope="col">Message</th>
                      <th scope="col">From</th>
                      <th scope="col">Priority</th>
                      <th scope="col">Status</th>
                      <th scope="col" className="number">
                        Waits for
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {[...inProgress, ...waiting].map((header) => (
                      <Row key={header.id} header={header} />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {next && (
              <div className="body">
                <button type="button" onClick={() => setCursor(next)}>
                  What comes after
                </button>
              </div>
            )}
          </>
        )}
      </Answered>
      <ActDialog asked={asked} onClose={() => setAsked(undefined)} onDone={() => undefined} />
    </section>
  );
}

function Row({ header }: { readonly header: Header }) {
  return (
    <tr>
      <th scope="row" data-title="Message">
        <Link href={`/trace/${header.sessionId}?message=${header.id}`}>{header.id}</Link>
      </th>
      <td data-title="From">
        <Name>{header.sourceConfigName}</Name>
      </td>
      <td data-title="Priority">{header.priority}</td>
      <td data-title="Status">
        <MessageState header={header} />
      </td>
      <td className="number" data-title="Waits for">
        <Age since={header.timeQueued ?? header.timeCreated} />
      </td>
    </tr>
  );
}
