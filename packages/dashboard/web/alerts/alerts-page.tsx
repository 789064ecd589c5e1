import { Link, useSearchParams } from 'wouter';
import type { Output } from '../../src/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { State } from '../words/state.tsx';
import { Name, Text } from '../words/text.tsx';
import { Age, Time } from '../words/time.tsx';

type Alert = Output<'alerts'>['alerts'][number];

const deliveries: Readonly<Record<Alert['delivery'], string>> = {
  none: 'told to the event log alone',
  waiting: 'not told yet',
  delivered: 'told',
  failed: 'could not be told',
};

/** Alerts: those that last, and all that there were. */
export default function AlertsPage() {
  const [search, setSearch] = useSearchParams();
  const state = search.get('state') === 'all' ? 'all' : 'open';
  const query = useAnswer('alerts', { query: { state, limit: 200 } });
  return (
    <Page
      title="Alerts"
      actions={
        <div className="row" role="group" aria-label="Which alerts">
          {(['open', 'all'] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={state === one}
              onClick={() => setSearch({ state: one }, { replace: true })}
            >
              {one === 'open' ? 'That last' : 'All'}
            </button>
          ))}
        </div>
      }
    >
      <Answered query={query} what="the alerts">
        {({ alerts }) =>
          alerts.length === 0 ? (
            <Empty title={state === 'open' ? 'No alert lasts' : 'There was no alert'}>
              <p>
                A host is watched where the production file has <code>alerts</code> for it.
              </p>
            </Empty>
          ) : (
            <ul className="entries sheet">
              {alerts.map((alert) => (
                <Entry key={alert.id} alert={alert} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Page>
  );
}

function Entry({ alert }: { readonly alert: Alert }) {
  const { host, condition, text, startedAt, endedAt, note, messages, delivery } = alert;
  return (
    <li>
      <p className="row">
        {endedAt ? <State tone="idle" word="Ended" /> : <State tone="bad" word="Lasts" />}
        <strong>{condition}</strong>
        <Link href={`/hosts/${encodeURIComponent(host)}`}>
          <Name>{host}</Name>
        </Link>
      </p>
      <p>
        <Text>{text}</Text>
        {(alert.count ?? 1) > 1 && <span className="quiet"> ({alert.count} times)</span>}
      </p>
      <p className="quiet small">
        since <Time>{startedAt}</Time>
        {endedAt ? (
          <>
            {' '}
            until <Time>{endedAt}</Time>
          </>
        ) : (
          <>
            , for <Age since={startedAt} />
          </>
        )}
        , {deliveries[delivery]}
        {messages.map((id) => (
          <span key={id}>
            , <Link href={`/trace/${id}`}>message {id}</Link>
          </span>
        ))}
        {note && (
          <>
            ; <Text>{note}</Text>
          </>
        )}
      </p>
    </li>
  );
}
