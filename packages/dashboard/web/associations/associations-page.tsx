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

/** Who is connected now and on which presentation contexts, and who was refused and what would let them in. */
export default function AssociationsPage() {
  const query = useAnswer('associations', undefined as never);
  return (
    <Page title="Associations">
      <Answered query={query} what="the associations">
        {({ isAnswering, associations, refusals }) => (
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
    </li>
  );
}
