import { Link } from 'wouter';
import type { Output } from '../../src/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { EventList } from '../events/event-list.tsx';
import { Answered } from '../frame/answered.tsx';
import { Page } from '../frame/page.tsx';
import { count } from '../words/size.ts';
import { State } from '../words/state.tsx';
import { Name, Text } from '../words/text.tsx';
import { Age } from '../words/time.tsx';

type Association = Output<'associations'>['associations'][number];
type Outgoing = Output<'associations'>['outgoing'][number];

/** Who is connected now and on which presentation contexts, and who was refused and what would let them in. */
export default function AssociationsPage() {
  const query = useAnswer('associations', undefined as never);
  return (
    <Page title="Associations">
      <Answered query={query} what="the associations">
        {({ isAnswering, associations, outgoing, silent, refusals }) => (
          <>
            {!isAnswering && (
              <p className="notice doubtful">
                The production does not run or does not answer: nobody can be connected.
              </p>
            )}
            <section className="sheet" aria-label="Connected now">
              <header>
                <h2>Connected now</h2>
                <span className="quiet">{count(associations.length)}</span>
              </header>
              {associations.length === 0 ? (
                <p className="body quiet">
                  No peer is connected at this moment. Most connect for a study and leave again.
                </p>
              ) : (
                <ul className="entries">
                  {associations.map((association) => (
                    <Entry key={association.id} association={association} />
                  ))}
                </ul>
              )}
            </section>
            {outgoing.length > 0 && (
              <section className="sheet" aria-label="Asked for by operations">
                <header>
                  <h2>Asked for by operations</h2>
                  <span className="quiet">{count(outgoing.length)}</span>
                </header>
                <ul className="entries">
                  {outgoing.map((one) => (
                    <Outgoing key={`${one.operation} ${one.since}`} outgoing={one} />
                  ))}
                </ul>
              </section>
            )}
            {silent.length > 0 && (
              <p className="notice doubtful">
                Busy, so that theirs cannot be told: <Text>{silent.join(', ')}</Text>
              </p>
            )}
            <section className="sheet" aria-label="Refused in the last day">
              <header>
                <h2>Refused in the last day</h2>
                <span className="quiet">{count(refusals.length)}</span>
              </header>
              {refusals.length === 0 ? (
                <p className="body quiet">Nobody was refused.</p>
              ) : (
                <EventList events={refusals} />
              )}
            </section>
          </>
        )}
      </Answered>
    </Page>
  );
}

function Entry({ association: one }: { readonly association: Association }) {
  return (
    <li>
      <p className="row">
        <State tone="good" word="Connected" />
        <strong>
          <Text>{one.callingAeTitle}</Text>
        </strong>
        <span>
          at {one.peerAddress}:{one.peerPort}, calls <Text>{one.calledAeTitle}</Text> of{' '}
          <Link href={`/hosts/${encodeURIComponent(one.service)}`}>
            <Name>{one.service}</Name>
          </Link>
        </span>
      </p>
      <Terms of={one} />
    </li>
  );
}

function Outgoing({ outgoing: one }: { readonly outgoing: Outgoing }) {
  return (
    <li>
      <p className="row">
        <State
          tone={one.idleSince ? 'idle' : 'good'}
          word={one.idleSince ? 'Connected, idle' : 'Connected'}
        />
        <Link href={`/hosts/${encodeURIComponent(one.operation)}`}>
          <Name>{one.operation}</Name>
        </Link>
        <span>
          as <Text>{one.callingAeTitle}</Text> with <Text>{one.calledAeTitle}</Text> at {one.host}:
          {one.port}
        </span>
      </p>
      <Terms of={one} />
    </li>
  );
}

/** How long it is there, what went over it, and on which terms. */
function Terms({ of: one }: { readonly of: Association | Outgoing }) {
  return (
    <>
      <p className="quiet">
        for <Age since={one.since} />, {count(one.images)} images stored
        {one.tls && (
          <>
            , {one.tls.version} {one.tls.cipherSuite}
          </>
        )}
        {one.implementation && (
          <>
            , <Text>{one.implementation}</Text>
          </>
        )}
      </p>
      <details>
        <summary>{count(one.contexts.length)} presentation contexts</summary>
        <ul>
          {one.contexts.map(({ sopClass, transferSyntax }) => (
            <li key={`${sopClass} ${transferSyntax}`}>
              {sopClass}, {transferSyntax}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
