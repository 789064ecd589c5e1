import { Link } from 'wouter';
import { MessageState } from '../words/message-state.tsx';
import { size } from '../words/size.ts';
import { Text } from '../words/text.tsx';
import { duration, Time } from '../words/time.tsx';
import type { MessageRow } from './use-messages.ts';

/** The cells of one message in a list. */
export function MessageLine({
  row,
  isChoosing,
  isChosen,
  onChoose,
}: {
  readonly row: MessageRow;
  readonly isChoosing: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (id: number) => void;
}) {
  const { header } = row;
  const { id, sessionId, sourceConfigName, targetConfigName, type, errorStatus } = header;
  return (
    <>
      {isChoosing && (
        <div role="cell">
          <input
            type="checkbox"
            aria-label={`Choose message ${id}`}
            checked={isChosen}
            onChange={() => onChoose(id)}
          />
        </div>
      )}
      <div role="cell" className="id">
        <Link href={`/trace/${sessionId}?message=${id}`}>{id}</Link>
        <span className="quiet small block">session {sessionId}</span>
      </div>
      <div role="cell">
        <Time>{header.timeCreated}</Time>
      </div>
      <div role="cell" className="way">
        <span className="line" title={sourceConfigName}>
          <Text>{sourceConfigName}</Text>
        </span>
        <span className="line" title={targetConfigName}>
          <span className="quiet">{type === 'Request' ? '→ ' : '⇢ '}</span>
          <span className="unseen">{type === 'Request' ? 'asks ' : 'answers '}</span>
          <Text>{targetConfigName}</Text>
        </span>
      </div>
      <div role="cell" className="carried">
        <Carried row={row} />
      </div>
      <div role="cell">
        <MessageState header={header} />
        {errorStatus && (
          <span className="small block">
            <code>{errorStatus.code}</code>
          </span>
        )}
      </div>
      <div role="cell" className="took">
        {took(header)}
      </div>
    </>
  );
}

function Carried({ row: { header, document } }: { readonly row: MessageRow }) {
  if (!document) return <span className="quiet">{header.messageBodyClassName ?? 'nothing'}</span>;
  const { modality, patientName, patientId, accessionNumber } = document.attributes;
  const who = [patientName, patientId].filter((part) => part !== undefined).join(', ');
  return (
    <>
      <Link href={`/documents/${header.id}`}>
        {modality ? <Text>{modality}</Text> : 'document'}, {size(document.size)}
      </Link>
      {(who !== '' || accessionNumber) && (
        <span className="small line">
          <Text>{who}</Text>
          {accessionNumber && (
            <span className="quiet">
              {who !== '' && ', '}accession <Text>{accessionNumber}</Text>
            </span>
          )}
        </span>
      )}
    </>
  );
}

function took({ timeCreated, timeProcessed }: MessageRow['header']): string {
  if (!timeProcessed) return '';
  return duration(Math.max(0, Date.parse(timeProcessed) - Date.parse(timeCreated)));
}
