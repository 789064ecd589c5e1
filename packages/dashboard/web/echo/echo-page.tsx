import { Link } from 'wouter';
import type { Output } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty, Failure } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { State } from '../words/state.tsx';
import { Name, Text } from '../words/text.tsx';
import { duration } from '../words/time.tsx';

/** Asking the peers of operations whether they are there. */
export default function EchoPage() {
  const query = useAnswer('production', undefined as never);
  const { user, may } = useWho();
  return (
    <Page
      title="C-ECHO"
      lead="Asks the peer of an operation whether it is there and accepts us (PS3.4 annex A)."
    >
      {user && !may('operator') ? (
        <Empty title="Peers are asked by operators">
          <p>An admin can give you the role operator.</p>
        </Empty>
      ) : (
        <Answered query={query} what="the production">
          {({ hosts }) => <Peers hosts={hosts.filter(sendsToPeer)} />}
        </Answered>
      )}
    </Page>
  );
}

type Host = Output<'production'>['hosts'][number];

/** Whoever has a calling and a called AE title calls a DICOM peer. */
function sendsToPeer({ kind, settings }: Host): boolean {
  const names = settings.map(({ name }) => name);
  return kind === 'operation' && names.includes('remoteAet');
}

function Peers({ hosts }: { readonly hosts: readonly Host[] }) {
  if (hosts.length === 0)
    return (
      <Empty title="No operation sends to a DICOM peer">
        <p>
          One with the component <code>dicom.tcp-operation</code> would. The way in is tried from
          the other side: <code>npx production echo</code>.
        </p>
      </Empty>
    );
  return (
    <ul className="entries sheet">
      {hosts.map((host) => (
        <Peer key={host.name} host={host} />
      ))}
    </ul>
  );
}

function Peer({ host }: { readonly host: Host }) {
  const echo = useAct('echo');
  const { data, error, isPending } = echo;
  return (
    <li>
      <div className="row">
        <button
          type="button"
          disabled={isPending}
          aria-label={`Echo the peer of ${host.name}`}
          onClick={() => echo.mutate({ body: { host: host.name } })}
        >
          Echo
        </button>
        <Link href={`/hosts/${encodeURIComponent(host.name)}`}>
          <Name>{host.name}</Name>
        </Link>
        <span className="quiet">
          <Text>{host.detail ?? ''}</Text>
        </span>
      </div>
      {isPending && (
        <p className="quiet" role="status">
          Waiting for the peer…
        </p>
      )}
      {data && (
        <p role="status">
          <State
            tone={data.status === '0000' ? 'good' : 'bad'}
            word={data.status === '0000' ? 'Answered' : `Answered ${data.status}`}
          />{' '}
          <Text>{data.peer}</Text>, after {duration(data.milliseconds)}
        </p>
      )}
      {error && <Failure error={error} doing="The peer did not answer" />}
    </li>
  );
}
