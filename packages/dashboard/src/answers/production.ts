import {
  connectionsOf,
  EngineError,
  formatDuration,
  shownSettings,
  type DisabledHost,
  type Host,
  type RecordedAlert,
} from '@consort/core';
import { readStatus, type HostStatus } from '../status.ts';
import { associationsNow } from './associations.ts';
import { engineOf, type Answer, type Answered, type AnswerContext } from './context.ts';

type Shown = Answered<'production'>;
type ShownHost = Shown['hosts'][number];

const minute = 60_000;

/** The production with its hosts. */
export const production: Answer<'production'> = async (_asked, context) => {
  const { reader, engine, now } = context;
  const since = new Date(now.getTime() - minute).toISOString();
  const [status, record, disabled, traffic, alerts, associations] = await Promise.all([
    readStatus(reader, now),
    reader.production(),
    reader.disabledHosts(),
    reader.traffic(since),
    reader.alerts({ isOpen: true, limit: 500 }),
    associationsNow(context),
  ]);
  const perMinute = (from: string | undefined, to: string) =>
    traffic
      .filter(({ source, target }) => target === to && (from === undefined || source === from))
      .reduce((sum, { ended }) => sum + ended, 0);
  const running = engine?.production;
  const facts = { disabled, alerts };
  return {
    time: status.time,
    ...(status.production ? { production: status.production } : {}),
    ...(running?.description === undefined ? {} : { description: running.description }),
    ...(record?.file === undefined ? {} : { file: record.file }),
    testingEnabled: running?.testingEnabled ?? false,
    hosts: inOrder(status.hosts, running?.hosts).map(({ host, status: counts }) => ({
      ...hostOf(
        counts,
        host,
        associations.filter(({ service }) => service === counts.name).length,
        facts,
      ),
      perMinute: perMinute(undefined, counts.name),
    })),
    edges: running
      ? connectionsOf(running).map((edge) => ({
          ...edge,
          perMinute: perMinute(edge.from, edge.to),
        }))
      : [],
    ...(engine ? { pending: await pendingOf(context) } : {}),
  };
};

/** Goes on with the file as it is now. */
export const updateProduction: Answer<'updateProduction'> = async ({ body }, context) => {
  const by = context.user.name;
  const updated = (await engineOf(context).act('update', {
    by,
    ...body,
  })) as Answered<'updateProduction'>;
  const { isApplied, keys, hosts, reset, warnings } = updated;
  return { isApplied, keys, hosts, reset, warnings };
};

/** Starts, stops, restarts, enables or disables a host. */
export const changeHost: Answer<'changeHost'> = async ({ params, body }, context) => {
  const { name, change } = params;
  const reason = body.reason === undefined ? {} : { reason: body.reason };
  await engineOf(context).act('host', { change, name, by: context.user.name, ...reason });
  const status = change === 'stop' ? 'stopped' : change === 'disable' ? 'disabled' : 'running';
  return { name, status };
};

/** In the order of the file, then what the file does not have. */
function inOrder(statuses: readonly HostStatus[], hosts: readonly Host[] = []) {
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const known = hosts.flatMap((host) => {
    const status = byName.get(host.name);
    return status ? [{ host, status }] : [];
  });
  const names = new Set(known.map(({ host }) => host.name));
  const others = statuses.filter(({ name }) => !names.has(name));
  return [...known, ...others.map((status) => ({ host: undefined, status }))];
}

function hostOf(
  status: HostStatus,
  host: Host | undefined,
  connections: number,
  facts: { readonly disabled: readonly DisabledHost[]; readonly alerts: readonly RecordedAlert[] },
): Omit<ShownHost, 'perMinute'> {
  const disabled = facts.disabled.find(({ name }) => name === status.name);
  const isInactive = facts.alerts.some(
    (alert) => alert.host === status.name && alert.condition === 'inactive',
  );
  return {
    ...status,
    ...(host ? { kind: host.kind } : {}),
    ...(host?.category === undefined ? {} : { category: host.category }),
    ...(host?.comment === undefined ? {} : { comment: host.comment }),
    invocation: host?.invocation ?? 'Queue',
    state: stateOf(status, isInactive),
    connection: connectionOf(status, connections),
    connections,
    ...(disabled
      ? {
          disabled: {
            since: disabled.since,
            by: disabled.by,
            ...(disabled.reason === undefined ? {} : { reason: disabled.reason }),
          },
        }
      : {}),
    settings: host ? shownSettings(host).map((setting) => ({ ...setting })) : [],
    engine: host ? engineWords(host) : {},
  };
}

const states = {
  Starting: 'starting',
  Stopped: 'stopped',
  Disabled: 'disabled',
  Error: 'error',
  Removed: 'removed',
} as const;

function stateOf({ status, retrying }: HostStatus, isInactive: boolean): ShownHost['state'] {
  if (status !== 'Running') return states[status];
  if (retrying > 0) return 'retrying';
  return isInactive ? 'inactive' : 'running';
}

const unreachable = /^(PEER_|TLS_FAILED|ASSOCIATION_)/;

function connectionOf(status: HostStatus, connections: number): ShownHost['connection'] {
  if (connections > 0) return 'connected';
  if (status.status === 'Running' && status.detail?.startsWith('listens on')) return 'listening';
  const hasNoPeer = status.retrying > 0 && unreachable.test(status.lastError?.code ?? '');
  return hasNoPeer ? 'disconnected' : 'none';
}

function engineWords({ poolSize, invocation, retry, enabled }: Host): Record<string, string> {
  return {
    poolSize: String(poolSize),
    ...(invocation ? { invocation } : {}),
    ...(retry
      ? { retry: `every ${formatDuration(retry.interval)}, ${timeoutWords(retry.timeout)}` }
      : {}),
    ...(enabled === false ? { enabled: 'false' } : {}),
  };
}

function timeoutWords(timeout: number): string {
  return timeout === Infinity ? 'for ever' : `for ${formatDuration(timeout)}`;
}

/** What the file has otherwise than what runs. Reading it takes a while: it is kept for 5 s, for everybody. */
const kept = new WeakMap<object, { readonly at: number; readonly pending: Promise<Pending> }>();

type Pending = NonNullable<Shown['pending']>;

function pendingOf(context: AnswerContext): Promise<Pending> {
  const engine = engineOf(context);
  const at = context.now.getTime();
  const last = kept.get(engine);
  if (last && at - last.at < 5_000) return last.pending;
  const pending = readPending(context);
  kept.set(engine, { at, pending });
  return pending;
}

async function readPending(context: AnswerContext): Promise<Pending> {
  const asked = { by: context.user.name, isDryRun: true, isReset: false };
  try {
    const updated = (await engineOf(context).act('update', asked)) as Answered<'updateProduction'>;
    const { keys, hosts, warnings } = updated;
    return { isChanged: keys.length + hosts.length > 0, keys, hosts, warnings };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { isChanged: true, error: error.message, keys: [], hosts: [], warnings: '' };
  }
}
