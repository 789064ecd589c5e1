import { useMemo, type RefObject } from 'react';
import { visible } from '../words/text.tsx';
import { kindWords } from '../words/production-status.ts';
import { diagramOf, measures, type Column, type Session } from './diagram.ts';
import { EventRow } from './event-row.tsx';
import { LegRow } from './leg-row.tsx';

/** A session as a sequence diagram: hosts are columns, legs are arrows, time goes down. */
export function SequenceDiagram({
  session,
  selected,
  onSelect,
  drawing,
}: {
  readonly session: Session;
  readonly selected: number | undefined;
  readonly onSelect: (message: number) => void;
  readonly drawing: RefObject<SVGSVGElement | null>;
}) {
  const { columns, rows, width, height, wordsAt } = useMemo(() => diagramOf(session), [session]);
  const requests = useMemo(
    () => new Map(session.messages.map(({ header }) => [header.id, header])),
    [session],
  );
  return (
    <svg
      ref={drawing}
      className="sequence"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="group"
      aria-label={`${session.messages.length} legs between ${columns.length} hosts`}
    >
      {columns.map((column) => (
        <ColumnHead key={column.name} column={column} height={height} />
      ))}
      <g className="heads" aria-hidden="true">
        <text x={wordsAt + 8} y={measures.top - 10}>
          Status
        </text>
        <text x={wordsAt + 200} y={measures.top - 10}>
          Wait
        </text>
        <text x={wordsAt + 264} y={measures.top - 10}>
          Run
        </text>
      </g>
      {rows.map((row) =>
        row.kind === 'event' ? (
          <EventRow key={`event ${row.event.id}`} row={row} />
        ) : (
          <LegRow
            key={row.leg.header.id}
            row={row}
            request={requests.get(row.leg.header.correspondingMessageId ?? 0)}
            isSelected={row.leg.header.id === selected}
            width={width}
            wordsAt={wordsAt}
            onSelect={onSelect}
          />
        ),
      )}
    </svg>
  );
}

function ColumnHead({ column: { name, type, x }, height }: { column: Column; height: number }) {
  const lines = inLines(visible(name));
  const kind = kindWords[type as keyof typeof kindWords] ?? 'host';
  return (
    <g className="column">
      <title>{name}</title>
      <line x1={x} x2={x} y1={measures.top} y2={height - 8} />
      <text x={x} y={14} className="kind">
        {kind}
      </text>
      {lines.map((line, index) => (
        <text key={line} x={x} y={32 + index * 17} className="name">
          {line}
        </text>
      ))}
    </g>
  );
}

/** A dotted name in at most two lines that fit a column. */
function inLines(name: string): readonly string[] {
  const longest = 28;
  if (name.length <= longest) return [name];
  const words = name.split(/(?<=\.)/);
  let end = '';
  while (words.length > 1 && (words.at(-1) ?? '').length + end.length <= longest) {
    end = (words.pop() ?? '') + end;
  }
  const start = words.join('');
  return [cut(start, longest), cut(end, longest)].filter((line) => line !== '');
}

function cut(text: string, length: number): string {
  return text.length > length ? `…${text.slice(1 - length)}` : text;
}
