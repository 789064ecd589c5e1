import { useState } from 'react';
import { Link } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { ActDialog } from '../messages/act-dialog.tsx';
import { verbWords, type Asked, type Selection, type Verb } from '../messages/verb.ts';
import { Name, Text } from '../words/text.tsx';
import { Age } from '../words/time.tsx';

/** Messages that wait for a person, and what he can do to them. */
export default function SuspendedPage() {
  const { may } = useWho();
  const [cursor, setCursor] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const query = useAnswer('suspended', { query: { limit: 100, ...(cursor ? { cursor } : {}) } });
  const act = (verb: Verb, selection: Selection) => setAsked({ verb, selection });
  return (
    <Page
      title="Suspended"
      lead="Messages that were set aside until a person decides."
      actions={
        may('operator') &&
        (query.data?.messages.length ?? 0) > 0 &&
        (['resubmit', 'discard'] as const).map((verb) => (
          <button
            key={verb}
            type="button"
            onClick={() => act(verb, { filter: { status: 'Suspended' } })}
          >
            {verbWords[verb]} all…
          </button>
        ))
      }
    >
      <Answered query={query} what="the suspended messages">
        {({ messages, next }) =>
          messages.length === 0 ? (
            <Empty title="No message waits for a person">
              <p>
                A message is suspended where its host’s reply-code actions say so. What failed is
                among the <Link href="/messages?status=Error">messages with an error</Link>.
              </p>
            </Empty>
          ) : (
            <div className="sheet scroll" role="region" aria-label="Suspended" tabIndex={0}>
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Message</th>
                    <th scope="col">For</th>
                    <th scope="col">Why</th>
                    <th scope="col" className="number">
                      Since
                    </th>
                    {may('operator') && <th scope="col">Decide</th>}
                  </tr>
                </thead>
                <tbody>
                  {messages.map(({ header }) => (
                    <tr key={header.id}>
                      <th scope="row" data-title="Message">
                        <Link href={`/trace/${header.sessionId}?message=${header.id}`}>
                          {header.id}
                        </Link>
                      </th>
                      <td data-title="For">
                        <Name>{header.targetConfigName}</Name>
                      </td>
                      <td data-title="Why">
                        <span>
                          <code>{header.errorStatus?.code}</code>{' '}
                          <Text>{header.errorStatus?.text ?? header.note ?? ''}</Text>
                        </span>
                      </td>
                      <td className="number" data-title="Since">
                        <Age since={header.timeProcessed ?? header.timeCreated} />
                      </td>
                      {may('operator') && (
                        <td data-title="Decide">
                          <span className="row">
                            <button
                              type="button"
                              onClick={() => act('resubmit', { ids: [header.id] })}
                            >
                              Resubmit…
                            </button>
                            <button
                              type="button"
                              className="danger"
                              onClick={() => act('discard', { ids: [header.id] })}
                            >
                              Discard…
                            </button>
                          </span>
                        </td>
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
              {next && (
                <div className="body">
                  <button type="button" onClick={() => setCursor(next)}>
                    Older
                  </button>
                </div>
              )}
            </div>
          )
        }
      </Answered>
      <ActDialog asked={asked} onClose={() => setAsked(undefined)} onDone={() => undefined} />
    </Page>
  );
}
