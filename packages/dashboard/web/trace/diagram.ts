import type { Output } from '../../src/client.ts';

/** What the API says of a session. */
export type Session = Output<'session'>;
/** A leg of it. */
export type Leg = Session['messages'][number];
type TraceEvent = Session['events'][number];

/** A host's line in the diagram. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** The middle of the line. */
  readonly x: number;
}

/** A leg or an event, with where it stands. Pixels. */
export type Row =
  | {
      readonly kind: 'leg';
      readonly y: number;
      readonly leg: Leg;
      readonly from: number;
      readonly to: number;
      /** How it is drawn: what asks, what answers, and what failed. */
      readonly look: 'request' | 'response' | 'error';
    }
  | { readonly kind: 'event'; readonly y: number; readonly event: TraceEvent; readonly x: number };

/** Everything there is to draw. */
export interface Diagram {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly width: number;
  readonly height: number;
  /** Where the words about each leg begin. */
  readonly wordsAt: number;
}

/** Pixels: the numbers on the left, a column, the words on the right, a row, the names on top. */
export const measures = { left: 64, right: 330, leg: 46, event: 30, top: 64 } as const;

/** How narrow and how wide a column may be. */
const narrowest = 168;
const widest = 260;

/**
 * Where each host, leg and event of a session stands. Legs are in the order in which they were made, events between
 * them by their time.
 * @param space the width there is, in pixels; columns are as wide as it allows, within reason
 */
export function diagramOf(session: Session, space: number): Diagram {
  const room = (space - measures.left - measures.right) / Math.max(1, session.hosts.length);
  const width = Math.min(Math.max(room, narrowest), widest);
  const columns = session.hosts.map(({ name, type }, index) => ({
    name,
    type,
    x: measures.left + width * (index + 0.5),
  }));
  const at = new Map(columns.map(({ name, x }) => [name, x]));
  const first = columns[0]?.x ?? measures.left;
  let y: number = measures.top;
  const rows = inOrder(session).map((entry): Row => {
    const height = 'header' in entry ? measures.leg : measures.event;
    y += height;
    const middle = y - height / 2;
    if (!('header' in entry)) {
      return { kind: 'event', y: middle, event: entry, x: at.get(entry.host ?? '') ?? first };
    }
    const { sourceConfigName, targetConfigName } = entry.header;
    return {
      kind: 'leg',
      y: middle,
      leg: entry,
      from: at.get(sourceConfigName) ?? first,
      to: at.get(targetConfigName) ?? first,
      look: lookOf(entry),
    };
  });
  const wordsAt = measures.left + width * columns.length;
  return { columns, rows, width: wordsAt + measures.right, height: y + 16, wordsAt };
}

/** How a leg is drawn; a request that failed looks like what failed. */
function lookOf({ header: { type, status, isError } }: Leg): 'request' | 'response' | 'error' {
  if (isError || status === 'Error' || status === 'Aborted') return 'error';
  return type === 'Request' ? 'request' : 'response';
}

function inOrder({ messages, events }: Session): readonly (Leg | TraceEvent)[] {
  const timed = [
    ...messages.map((leg) => ({ time: leg.header.timeCreated, entry: leg as Leg | TraceEvent })),
    ...events.map((event) => ({ time: event.time, entry: event as Leg | TraceEvent })),
  ];
  // The sort is stable: at the same time legs keep their order and come before events.
  return timed
    .toSorted((one, other) => one.time.localeCompare(other.time))
    .map(({ entry }) => entry);
}
