import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { MessageState } from '../words/message-state.tsx';
import { Name, Text } from '../words/text.tsx';
import { duration, Time } from '../words/time.tsx';
import type { Leg, Session } from './diagram.ts';

/** The header of a message: what people look for first, then the rest. */
export function HeaderFacts({
  header,
  session,
}: {
  readonly header: Leg['header'];
  readonly session: Session;
}) {
  const leg = session.messages.find((one) => one.header.id === header.id);
  const other = session.messages.find(
    (one) => one.header.id === header.correspondingMessageId,
  )?.header;
  const { errorStatus, answered, arrival } = header;
  return (
    <>
      <dl className="facts">
        <Fact title="Status">
          <MessageState header={header} request={other} />
        </Fact>
        {errorStatus && (
          <Fact title="Error">
            <code>{errorStatus.code}</code> <Text>{errorStatus.text}</Text>
            {errorStatus.origin && (
              <span className="quiet">
                {' '}
                (began at <Name>{errorStatus.origin.host}</Name>: {errorStatus.origin.code})
              </span>
            )}
          </Fact>
        )}
        {header.note && (
          <Fact title="Note">
            <Text>{header.note}</Text>
          </Fact>
        )}
        <Fact title="From">
          <Name>{header.sourceConfigName}</Name>
        </Fact>
        <Fact title="To">
          <Name>{header.targetConfigName}</Name>
        </Fact>
        <Fact title="Created">
          <Time>{header.timeCreated}</Time>
        </Fact>
        {leg?.wait !== undefined && <Fact title="Wait">{duration(leg.wait)}</Fact>}
        {leg?.run !== undefined && <Fact title="Run">{duration(leg.run)}</Fact>}
        {header.attempts > 0 && (
          <Fact title="Failed attempts">
            {header.attempts}
            {header.nextAttemptAt && header.status === 'Delivered' && (
              <>
                , next at <Time>{header.nextAttemptAt}</Time>
              </>
            )}
          </Fact>
        )}
        {arrival && (
          <Fact title="Came from">
            <Text>{arrival.callingAeTitle ?? 'a file'}</Text> at <Text>{arrival.peerAddress}</Text>
          </Fact>
        )}
        {answered && (
          <Fact title="Peer heard">
            {answered.status} at <Time>{answered.time}</Time>
            {answered.note && (
              <>
                , <Text>{answered.note}</Text>
              </>
            )}
          </Fact>
        )}
        {header.correspondingMessageId !== undefined && (
          <Fact title={header.type === 'Request' ? 'Response' : 'Answers'}>
            <Link href={`/trace/${header.sessionId}?message=${header.correspondingMessageId}`}>
              {header.correspondingMessageId}
            </Link>
          </Fact>
        )}
      </dl>
      <details>
        <summary>Whole header</summary>
        <pre>{JSON.stringify(header, undefined, 2)}</pre>
      </details>
    </>
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
