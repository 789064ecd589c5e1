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
  space,
}: {
  readonly session: Session;
  readonly selected: number | undefined;
  readonly onSelect: (message: number) => void;
  readonly drawing: RefObject<SVGSVGElement | null>;
  /** The width there is, in pixels. */
  readonly space: number;
}) {
  const { columns, rows, width, height, wordsAt } = useMemo(
    () => diagramOf(session, space),
    [session, space],
  );
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

/** A dotted name in one line, or in two that are as short as they can be. */
function inLines(name: string): readonly string[] {
  if (name.length <= longest) return [name];
  const words = name.split(/(?<=\.)/);
  const ways = words
    .slice(1)
    .map((_, index) => [words.slice(0, index + 1).join(''), words.slice(index + 1).join('')]);
  const width = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));
  const best = ways.toSorted((one, other) => width(one) - width(other))[0] ?? [name];
  return best.map((line) => (line.length > longest ? `…${line.slice(1 - longest)}` : line));
}

const longest = 21;
