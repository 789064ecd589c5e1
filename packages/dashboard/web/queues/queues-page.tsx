import { Link, useParams } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Page } from '../frame/page.tsx';
import { count } from '../words/size.ts';
import { Name } from '../words/text.tsx';
import { Age } from '../words/time.tsx';
import { QueueContents } from './queue-contents.tsx';

/** The queues with their counts of record, and what is in one of them. */
export default function QueuesPage() {
  const { host } = useParams<{ host?: string }>();
  const query = useAnswer('queues', undefined as never);
  return (
    <Page
      title="Queues"
      actions={
        <a className="button" href="/queues/bull">
          Wake-ups in Redis (bull-board)
        </a>
      }
    >
      <p className="notice">
        These are the counts of record. Redis holds wake-ups only: they may be lost and are made
        again, so its numbers can differ for a moment.
      </p>
      <Answered query={query} what="the queues">
        {({ queues }) => (
          <div className="sheet scroll" role="region" aria-label="Queues" tabIndex={0}>
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">Host</th>
                  <th scope="col" className="number">
                    Queued
                  </th>
                  <th scope="col" className="number">
                    Oldest wait
                  </th>
                  <th scope="col" className="number">
                    In progress
                  </th>
                  <th scope="col" className="number">
                    Retrying
                  </th>
                  <th scope="col" className="number">
                    Completed
                  </th>
                  <th scope="col" className="number">
                    Failed
                  </th>
                </tr>
              </thead>
              <tbody>
                {queues.map((queue) => (
                  <tr key={queue.host} aria-current={queue.host === host ? 'true' : undefined}>
                    <th scope="row" data-title="Host">
                      <Link href={`/queues/of/${encodeURIComponent(queue.host)}`}>
                        <Name>{queue.host}</Name>
                      </Link>
                    </th>
                    <td className="number" data-title="Queued">
                      {count(queue.queued)}
                    </td>
                    <td className="number" data-title="Oldest wait">
                      {queue.oldestQueuedAt ? <Age since={queue.oldestQueuedAt} /> : '–'}
                    </td>
                    <td className="number" data-title="In progress">
                      {count(queue.delivered)}
                    </td>
                    <td className="number" data-title="Retrying">
                      {count(queue.retrying)}
                    </td>
                    <td className="number" data-title="Completed">
                      {count(queue.completed)}
                    </td>
                    <td className={`number ${queue.failed > 0 ? 'bad' : ''}`} data-title="Failed">
                      {count(queue.failed)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      {host !== undefined && <QueueContents key={host} host={host} />}
    </Page>
  );
}
