import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useWho } from '../data/who.ts';
import { connectionWords, hostWords, kindWords } from '../words/production-status.ts';
import { count } from '../words/size.ts';
import { State } from '../words/state.tsx';
import { Name, Text } from '../words/text.tsx';
import { Age, Time } from '../words/time.tsx';
import { HostActions } from './host-actions.tsx';
import { HostSettings } from './host-settings.tsx';
import { rate } from './rate.ts';
import type { Host } from './production-page.tsx';

/** One host in full: how it does, what can be done to it, its settings, and the ways to its messages and events. */
export function HostPanel({
  host,
  perMinute,
  testingEnabled,
  onClose,
}: {
  readonly host: Host;
  readonly perMinute: number;
  readonly testingEnabled: boolean;
  readonly onClose: () => void;
}) {
  const { may } = useWho();
  const { tone, word } = hostWords(host);
  const connection = connectionWords(host);
  const named = encodeURIComponent(host.name);
  return (
    <section className="sheet panel" aria-label={`Host ${host.name}`}>
      <header>
        <h2>
          <Name>{host.name}</Name>
        </h2>
        <button type="button" className="bare" aria-label="Close the host" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <div className="body stack">
        {host.comment && (
          <p>
            <Text>{host.comment}</Text>
          </p>
        )}
        <dl className="facts">
          <Fact title="Status">
            <State tone={tone} word={word} />
          </Fact>
          {host.disabled && (
            <Fact title="Disabled">
              since <Time>{host.disabled.since}</Time> by <Text>{host.disabled.by}</Text>
              {host.disabled.reason && (
                <>
                  : <Text>{host.disabled.reason}</Text>
                </>
              )}
            </Fact>
          )}
          {connection && (
            <Fact title="Connection">
              <State tone={connection.tone} word={connection.word} />
            </Fact>
          )}
          {host.detail && (
            <Fact title="Does">
              <Text>{host.detail}</Text>
            </Fact>
          )}
          <Fact title="Component">
            {kindWords[host.type]}
            {host.component && (
              <>
                , <Text>{host.component}</Text>
              </>
            )}
          </Fact>
          {host.category && (
            <Fact title="Category">
              <Text>{host.category}</Text>
            </Fact>
          )}
          <Fact title="Now">
            {rate(perMinute)} a minute, {count(host.queued)} queued, {count(host.inProgress)} in
            progress{host.retrying > 0 && `, ${count(host.retrying)} of them retrying`}
          </Fact>
          {host.oldestQueuedAt && (
            <Fact title="Oldest wait">
              <Age since={host.oldestQueuedAt} />
            </Fact>
          )}
          <Fact title="So far">
            {count(host.completed)} completed, {count(host.failed)} failed, {count(host.discarded)}{' '}
            discarded
          </Fact>
          {host.lastError && (
            <Fact title="Last error">
              <code>{host.lastError.code}</code> <Text>{host.lastError.text}</Text>{' '}
              <span className="quiet">
                (message{' '}
                <Link href={`/trace/${host.lastError.messageId}`}>{host.lastError.messageId}</Link>,{' '}
                <Age since={host.lastError.time} /> ago)
              </span>
            </Fact>
          )}
        </dl>
        {may('operator') && host.state !== 'removed' && <HostActions host={host} />}
        <p className="row">
          <Link href={`/messages?host=${named}`}>Messages</Link>
          <Link href={`/queues/of/${named}`}>Queue</Link>
          <Link href={`/events?host=${named}`}>Events</Link>
          <Link href={`/activity?host=${named}`}>Activity</Link>
          {testingEnabled && host.kind !== 'service' && may('operator') && (
            <Link href={`/testing?host=${named}`}>Send it a message</Link>
          )}
        </p>
        <HostSettings host={host} />
      </div>
    </section>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}
