import { Link } from 'wouter';
import { connectionWords, hostWords, kindWords } from '../words/production-status.ts';
import { count } from '../words/size.ts';
import { State } from '../words/state.tsx';
import type { Tone } from '../words/tone.ts';
import { Name, Text } from '../words/text.tsx';
import { Age } from '../words/time.tsx';
import { rate, rateOf } from './rate.ts';
import type { Host, Production } from './production-page.tsx';

/** The hosts as a table: what the graph shows, for narrow screens and for whoever listens to the page. */
export function HostTable({ hosts, edges }: Pick<Production, 'hosts' | 'edges'>) {
  return (
    <div className="sheet scroll" role="region" aria-label="Hosts" tabIndex={0}>
      <table className="cards">
        <caption>Counts of messages, from the record</caption>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Status</th>
            <th scope="col">Connection</th>
            <th scope="col" className="number">
              Per minute
            </th>
            <th scope="col" className="number">
              Queued
            </th>
            <th scope="col" className="number">
              Oldest wait
            </th>
            <th scope="col" className="number">
              In progress
            </th>
            <th scope="col" className="number">
              Completed
            </th>
            <th scope="col" className="number">
              Failed
            </th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <Row key={host.name} host={host} perMinute={rateOf(host, edges)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ host, perMinute }: { readonly host: Host; readonly perMinute: number }) {
  const { tone, word } = hostWords(host);
  const connection = connectionWords(host);
  return (
    <tr>
      <th scope="row" data-title="Host">
        <span>
          <Link href={`/hosts/${encodeURIComponent(host.name)}${window.location.search}`}>
            <Name>{host.name}</Name>
          </Link>
          <span className="quiet small block">
            {kindWords[host.type]}
            {host.component && (
              <>
                , <Text>{host.component}</Text>
              </>
            )}
          </span>
        </span>
      </th>
      <td data-title="Status">
        <span>
          <State tone={tone} word={word} />
          {host.detail && (
            <span className="quiet small block">
              <Text>{host.detail}</Text>
            </span>
          )}
        </span>
      </td>
      <td data-title="Connection">
        {connection ? <State tone={connection.tone} word={connection.word} /> : '–'}
      </td>
      <td className="number" data-title="Per minute">
        {rate(perMinute)}
      </td>
      <Figure title="Queued" value={host.queued} />
      <td className="number" data-title="Oldest wait">
        {host.oldestQueuedAt ? <Age since={host.oldestQueuedAt} /> : '–'}
      </td>
      <Figure title="In progress" value={host.inProgress} />
      <Figure title="Completed" value={host.completed} />
      <Figure title="Failed" value={host.failed} tone="bad" />
    </tr>
  );
}

function Figure({
  title,
  value,
  tone = 'idle',
}: {
  readonly title: string;
  readonly value: number;
  readonly tone?: Tone;
}) {
  const weight = value === 0 ? 'none' : tone === 'idle' ? '' : tone;
  return (
    <td className={`number ${weight}`} data-title={title}>
      {count(value)}
    </td>
  );
}
