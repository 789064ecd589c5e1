import { Link, useSearchParams } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Empty, Waiting } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { filterWords, writeFilter, type MessageFilter } from '../messages/message-filter.ts';
import { MessageState } from '../words/message-state.tsx';
import { Name, Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';

/** Whatever somebody has at hand, tried as everything it can be. */
export default function FindPage() {
  const [search] = useSearchParams();
  const words = (search.get('q') ?? '').trim();
  const { may } = useWho();
  const number = /^#?(\d{1,15})$/.exec(words)?.[1];
  const isUid = /^[0-9]+(\.[0-9]+)+$/.test(words) && words.length <= 64;
  const filters: readonly MessageFilter[] = [
    ...(may('phi-reader')
      ? [{ patientId: words }, { accessionNumber: words }, { patientName: words }]
      : []),
    ...(isUid
      ? [{ studyInstanceUid: words }, { seriesInstanceUid: words }, { sopInstanceUid: words }]
      : []),
    { callingAeTitle: words },
    { errorText: words },
  ];
  return (
    <Page title="Find" lead={<Text>{words}</Text>}>
      {words === '' ? (
        <Empty title="Nothing to look for">
          <p>
            Write a message’s number, a patient’s id or name, an accession number or a UID into the
            field above.
          </p>
        </Empty>
      ) : (
        <>
          {number && <ByNumber id={Number(number)} />}
          {filters.map((filter) => (
            <Found key={writeFilter(filter)} filter={filter} />
          ))}
          <p className="quiet">
            Upper and lower case count, but for names. What was purged is not there any more.
          </p>
        </>
      )}
    </Page>
  );
}

function ByNumber({ id }: { readonly id: number }) {
  const { data } = useAnswer('message', { params: { id } }, { fresh: 'once' });
  if (data?.header.id !== id) return null;
  return (
    <section className="sheet" aria-label="By number">
      <header>
        <h2>Message {id}</h2>
        <MessageState header={data.header} />
      </header>
      <p className="body">
        <Link href={`/trace/${data.header.sessionId}?message=${id}`}>Trace</Link>:{' '}
        <Name>{data.header.sourceConfigName}</Name> → <Name>{data.header.targetConfigName}</Name>,{' '}
        <Time>{data.header.timeCreated}</Time>
      </p>
    </section>
  );
}

function Found({ filter }: { readonly filter: MessageFilter }) {
  const { data, isPending } = useAnswer(
    'messages',
    { query: { ...filter, limit: 5 } },
    { fresh: 'once' },
  );
  const key = Object.keys(filter)[0] as keyof MessageFilter;
  const title = key === 'errorText' ? 'In an error' : `As ${filterWords[key].toLowerCase()}`;
  if (isPending) return <Waiting what={title.toLowerCase()} />;
  if (!data || data.messages.length === 0) return null;
  return (
    <section className="sheet" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Link href={`/messages?${writeFilter(filter)}`}>All of them</Link>
      </header>
      <ul className="entries">
        {data.messages.map(({ header }) => (
          <li key={header.id}>
            <div className="row">
              <Link href={`/trace/${header.sessionId}?message=${header.id}`}>{header.id}</Link>
              <Time>{header.timeCreated}</Time>
              <span>
                <Name>{header.sourceConfigName}</Name> → <Name>{header.targetConfigName}</Name>
              </span>
              <MessageState header={header} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
