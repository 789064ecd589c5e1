import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useIsNarrow } from '../frame/use-is-narrow.ts';
import { count } from '../words/size.ts';
import { MessageLine } from './message-line.tsx';
import type { MessageRow } from './use-messages.ts';

/** Messages, one a row; only those that are in sight are drawn, and more are read as the end comes near. */
export function MessageRows({
  rows,
  chosen,
  isChoosing,
  onChoose,
  hasMore,
  onMore,
}: {
  readonly rows: readonly MessageRow[];
  readonly chosen: ReadonlySet<number>;
  readonly isChoosing: boolean;
  readonly onChoose: (chosen: ReadonlySet<number>) => void;
  readonly hasMore: boolean;
  readonly onMore: () => void;
}) {
  const isNarrow = useIsNarrow();
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isNarrow ? 132 : 54),
    overscan: 10,
    scrollMargin: offset,
    getItemKey: (index) => rows[index]?.header.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - 20) onMore();
  }, [hasMore, last, rows.length, onMore]);

  const areAllChosen = rows.every(({ header }) => chosen.has(header.id));
  const choose = (id: number) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <>
      <div
        role="table"
        aria-label="Messages"
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        className={`sheet message-table ${isChoosing ? 'choosing' : ''}`}
      >
        <div role="rowgroup">
          <div role="row" className="message-row head">
            {isChoosing && (
              <div role="columnheader">
                <input
                  type="checkbox"
                  aria-label="Choose all that have been read"
                  checked={areAllChosen}
                  onChange={() =>
                    onChoose(
                      areAllChosen ? new Set() : new Set(rows.map(({ header }) => header.id)),
                    )
                  }
                />
              </div>
            )}
            {['Message', 'Created', 'From, to', 'Carries', 'Status', 'Took'].map((title) => (
              <div key={title} role="columnheader">
                {title}
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={body}
          className="window"
          style={{ height: virtual.getTotalSize() }}
        >
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            return (
              row && (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + 2}
                  data-index={index}
                  ref={virtual.measureElement}
                  className="message-row"
                  style={{ transform: `translateY(${start - offset}px)` }}
                >
                  <MessageLine
                    row={row}
                    isChoosing={isChoosing}
                    isChosen={chosen.has(row.header.id)}
                    onChoose={choose}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
      <p className="quiet small foot" role="status">
        {count(rows.length)} {hasMore ? 'read, more as you scroll' : 'messages'}
      </p>
    </>
  );
}
