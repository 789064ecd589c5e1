import { eventTone } from '../events/event-list.tsx';
import { visible } from '../words/text.tsx';
import { local } from '../words/time.tsx';
import type { Row } from './diagram.ts';

/** An event where it happened. */
export function EventRow({ row: { y, event, x } }: { row: Extract<Row, { kind: 'event' }> }) {
  const text = visible(event.text).replaceAll('\n', ' ');
  return (
    <g className={`event ${eventTone(event.type)}`}>
      <title>{`${event.type} ${event.code}, ${local(event.time)}: ${text}`}</title>
      <circle cx={x} cy={y} r={4.5} />
      <text x={x + 12} y={y + 4}>
        {`${event.type} ${event.code}: ${text.length > 90 ? `${text.slice(0, 89)}…` : text}`}
      </text>
    </g>
  );
}
