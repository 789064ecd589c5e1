import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Output } from '../../src/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { count } from '../words/size.ts';
import { Name } from '../words/text.tsx';
import { duration } from '../words/time.tsx';
import { Chart, type Line } from './chart.tsx';

type Activity = Output<'activity'>;

const periods = { '5m': '5 minutes', '1h': '1 hour', '24h': '24 hours', '7d': '7 days' } as const;
type Period = keyof typeof periods;

/** How many messages ended at each host, and how long they took, over a period. */
export default function ActivityPage() {
  const [search, setSearch] = useSearchParams();
  const host = search.get('host') ?? undefined;
  const asked = search.get('period') ?? '';
  const period = asked in periods ? (asked as Period) : '1h';
  const query = useAnswer('activity', { query: { period, ...(host ? { host } : {}) } });
  const show = (next: Period) => setSearch({ period: next, ...(host ? { host } : {}) });
  return (
    <Page
      title="Activity"
      lead={
        host && (
          <>
            Of <Name>{host}</Name>.{' '}
            <button type="button" className="link" onClick={() => setSearch({ period })}>
              Show all hosts
            </button>
          </>
        )
      }
      actions={
        <div className="row" role="group" aria-label="Period">
          {(Object.keys(periods) as Period[]).map((one) => (
            <button key={one} type="button" aria-pressed={one === period} onClick={() => show(one)}>
              {periods[one]}
            </button>
          ))}
        </div>
      }
    >
      <Answered query={query} what="the activity">
        {(activity) =>
          activity.series.length === 0 ? (
            <Empty title="Nothing ended in this time">
              <p>Choose a longer period.</p>
            </Empty>
          ) : (
            <Charts activity={activity} />
          )
        }
      </Answered>
    </Page>
  );
}

function Charts({ activity: { from, seconds, series } }: { readonly activity: Activity }) {
  const [isTable, setTable] = useState(false);
  const start = Date.parse(from) / 1000;
  const steps = series[0]?.ended.length ?? 0;
  const times = Array.from({ length: steps }, (_, index) => start + index * seconds);
  const lines = (pick: (one: Activity['series'][number]) => Line['values']) =>
    series.map((one) => ({ title: one.host, values: pick(one) }));
  const failed = series.filter((one) => one.failed.some((value) => value > 0));
  return (
    <>
      <Chart
        title={`Messages ended, per ${duration(seconds * 1000)}`}
        times={times}
        lines={lines(({ ended }) => ended)}
      />
      <Chart
        title="Mean time in the queue and at work, ms"
        times={times}
        lines={lines(({ wait, run }) =>
          run.map((value, index) => (value === null ? null : value + (wait[index] ?? 0))),
        )}
      />
      {failed.length > 0 && (
        <Chart
          title={`Messages failed, per ${duration(seconds * 1000)}`}
          times={times}
          lines={failed.map((one) => ({ title: one.host, values: one.failed }))}
        />
      )}
      <div>
        <button type="button" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Hide the numbers' : 'Show the numbers'}
        </button>
      </div>
      {isTable && <Totals series={series} />}
    </>
  );
}

function Totals({ series }: { readonly series: Activity['series'] }) {
  return (
    <div className="sheet scroll" role="region" aria-label="Numbers" tabIndex={0}>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col" className="number">
              Ended
            </th>
            <th scope="col" className="number">
              Failed
            </th>
            <th scope="col" className="number">
              Longest
            </th>
          </tr>
        </thead>
        <tbody>
          {series.map((one) => (
            <tr key={one.host}>
              <th scope="row" data-title="Host">
                <Name>{one.host}</Name>
              </th>
              <td className="number" data-title="Ended">
                {count(one.ended.reduce((sum, value) => sum + value, 0))}
              </td>
              <td className="number" data-title="Failed">
                {count(one.failed.reduce((sum, value) => sum + value, 0))}
              </td>
              <td className="number" data-title="Longest">
                {duration(Math.max(0, ...one.longest.map((value) => value ?? 0)))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
