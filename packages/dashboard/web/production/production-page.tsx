import { lazy, Suspense } from 'react';
import { Link, useLocation, useParams, useSearchParams } from 'wouter';
import type { Output } from '../../src/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty, Waiting } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { useIsNarrow } from '../frame/use-is-narrow.ts';
import { productionWords } from '../words/production-status.ts';
import { Text } from '../words/text.tsx';
import { HostPanel } from './host-panel.tsx';
import { HostTable } from './host-table.tsx';
import { Pending } from './pending.tsx';
import { rateOf } from './rate.ts';
import { RecentEvents } from './recent-events.tsx';

const HostGraph = lazy(() => import('./host-graph.tsx'));

/** What the API says of the production. */
export type Production = Output<'production'>;
/** A host of it. */
export type Host = Production['hosts'][number];

/** The first page: every host, how it does, and how the messages flow; and one host in full. */
export function ProductionPage() {
  const query = useAnswer('production', undefined as never);
  const title = query.data?.production?.name ?? 'Production';
  return (
    <Page
      title={title}
      lead={query.data?.description && <Text>{query.data.description}</Text>}
      actions={<ViewSwitch />}
    >
      <Answered query={query} what="the production">
        {(production) => <Whole production={production} />}
      </Answered>
    </Page>
  );
}

function Whole({ production: all }: { readonly production: Production }) {
  const { name } = useParams<{ name?: string }>();
  const [, go] = useLocation();
  const view = useView();
  const { production, hosts } = all;
  if (!production)
    return (
      <Empty title="No production has run yet">
        <p>
          Start one with <code>npx production start production.yaml</code>; this page shows it by
          itself.
        </p>
      </Empty>
    );
  const { tone, word, meaning } = productionWords(production);
  const selected = hosts.find((host) => host.name === name);
  const search = window.location.search;
  const select = (host: string | undefined) =>
    go(host === undefined ? `/${search}` : `/hosts/${encodeURIComponent(host)}${search}`);
  const hasNoMessage = hosts.every(
    ({ completed, failed, queued, inProgress }) => completed + failed + queued + inProgress === 0,
  );
  return (
    <>
      {meaning && (
        <div className={`notice ${tone}`}>
          <strong>{word}.</strong> {meaning}
        </div>
      )}
      <Pending production={all} />
      {hasNoMessage && production.status === 'Running' && (
        <div className="notice">
          <p>
            <strong>No image has come yet.</strong> Send one from the PACS, or try{' '}
            <code>npx production send FILE.dcm</code> in the production’s folder. If nothing comes,
            see <Link href="/associations">who was refused</Link>.
          </p>
        </div>
      )}
      <div className={selected ? 'beside' : 'stack'}>
        {view === 'graph' ? (
          <Suspense fallback={<Waiting what="the graph" />}>
            <HostGraph production={all} selected={selected?.name} onSelect={select} />
          </Suspense>
        ) : (
          <HostTable hosts={hosts} edges={all.edges} />
        )}
        {selected && (
          <HostPanel
            host={selected}
            perMinute={rateOf(selected, all.edges)}
            testingEnabled={all.testingEnabled}
            onClose={() => select(undefined)}
          />
        )}
      </div>
      <RecentEvents />
    </>
  );
}

/** The graph where there is room for it, unless the URL asks for one of them. */
function useView(): 'graph' | 'table' {
  const [search] = useSearchParams();
  const isNarrow = useIsNarrow();
  const asked = search.get('view');
  return asked === 'graph' || asked === 'table' ? asked : isNarrow ? 'table' : 'graph';
}

function ViewSwitch() {
  const view = useView();
  const [, setSearch] = useSearchParams();
  return (
    <div className="row" role="group" aria-label="Shown as">
      {(['graph', 'table'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={view === one}
          onClick={() => setSearch({ view: one }, { replace: true })}
        >
          {one === 'graph' ? 'Graph' : 'Table'}
        </button>
      ))}
    </div>
  );
}
