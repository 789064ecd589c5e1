import { useState } from 'react';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { State } from '../words/state.tsx';
import { Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';

/** Who did and saw what. */
export default function AuditPage() {
  const [cursor, setCursor] = useState<string>();
  const query = useAnswer('audit', { query: { limit: 100, ...(cursor ? { cursor } : {}) } });
  return (
    <Page title="Audit trail" lead="Who did and saw what, newest first.">
      <Answered query={query} what="the audit trail">
        {({ entries, next }) =>
          entries.length === 0 ? (
            <Empty title="Nothing is recorded yet">
              <p>
                What is done to hosts and messages, and who sees patient data, is recorded here.
              </p>
            </Empty>
          ) : (
            <div className="sheet scroll" role="region" aria-label="Audit trail" tabIndex={0}>
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Time</th>
                    <th scope="col">User</th>
                    <th scope="col">From</th>
                    <th scope="col">Action</th>
                    <th scope="col">To what</th>
                    <th scope="col">Result</th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <tr key={entry.id}>
                      <td data-title="Time">
                        <Time>{entry.time}</Time>
                      </td>
                      <th scope="row" data-title="User">
                        <Text>{entry.user}</Text>
                      </th>
                      <td data-title="From">{entry.from}</td>
                      <td data-title="Action">
                        <code>{entry.action}</code>
                      </td>
                      <td data-title="To what">
                        <Text>{entry.what}</Text>
                      </td>
                      <td data-title="Result">
                        <State
                          tone={entry.result === 'done' ? 'good' : 'bad'}
                          word={entry.result}
                        />
                      </td>
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
    </Page>
  );
}
