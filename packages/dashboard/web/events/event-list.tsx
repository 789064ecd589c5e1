import { Link } from 'wouter';
import type { Output } from '../../src/client.ts';
import { State } from '../words/state.tsx';
import type { Tone } from '../words/tone.ts';
import { Name, Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';

/** An entry of the event log. */
export type LoggedEvent = Output<'events'>['events'][number];

/** Events, one a row, with the ways to their host and their trace. */
export function EventList({ events }: { readonly events: readonly LoggedEvent[] }) {
  return (
    <ul className="events">
      {events.map((event) => (
        <li key={event.id}>
          <span className="when quiet">
            <Time>{event.time}</Time>
          </span>
          <State tone={eventTone(event.type)} word={event.type} />
          <span className="what">
            <code>{event.code}</code> <Text>{event.text}</Text>{' '}
            <span className="quiet small">
              {event.host && (
                <Link href={`/hosts/${encodeURIComponent(event.host)}`}>
                  <Name>{event.host}</Name>
                </Link>
              )}{' '}
              {event.sessionId && <Link href={`/trace/${event.sessionId}`}>trace</Link>}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** How an event of a type is meant. */
export function eventTone(type: LoggedEvent['type']): Tone {
  if (type === 'Error' || type === 'Alert' || type === 'Assert') return 'bad';
  return type === 'Warning' ? 'doubtful' : 'idle';
}
