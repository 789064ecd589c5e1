import { Link } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { EventList } from '../events/event-list.tsx';

/** What was refused in the last hour, and the last events. */
export function RecentEvents() {
  const { data } = useAnswer('status', undefined as never);
  if (!data) return null;
  const { refusals, events } = data;
  return (
    <>
      {refusals.length > 0 && (
        <section className="sheet" aria-label="Refused in the last hour">
          <header>
            <h2>Refused in the last hour</h2>
            <Link href="/associations">All of the last day</Link>
          </header>
          <EventList events={refusals} />
        </section>
      )}
      <section className="sheet" aria-label="Last events">
        <header>
          <h2>Last events</h2>
          <Link href="/events">All events</Link>
        </header>
        {events.length === 0 ? (
          <p className="body quiet">Nothing has been logged yet.</p>
        ) : (
          <EventList events={events.slice(0, 8)} />
        )}
      </section>
    </>
  );
}
