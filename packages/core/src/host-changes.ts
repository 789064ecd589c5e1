import { EngineError } from './errors.ts';
import { formatTime } from './format-time.ts';
import { startHost, type Engine, type RunningHost } from './host.ts';
import type { DisabledHost, HostState } from './message-reader.ts';
import type { Measure } from './monitoring/measure.ts';
import { businessTypes, noHost, type Host } from './production.ts';
import { isOn, nextChange } from './schedule/schedule.ts';

/** Who is connected to each host, by its name, as plain data. */
export type Connections = Readonly<Record<string, readonly unknown[]>>;

/** What each host has counted, by its name. */
export type MeasuresOfHosts = Readonly<Record<string, readonly Measure[]>>;

/** Starts and stops single hosts of a thread; one change of a host at a time. */
export interface HostChanges {
  /** @throws EngineError NOT_FOUND, HOST_DISABLED, HOST_START_FAILED or the component's own */
  start(name: string): Promise<void>;
  /** The same for a host that is to run now: not disabled, not stopped by hand, not out of its schedule. */
  startIfWanted(name: string): Promise<void>;
  /** Who is connected to the hosts that run; see `BusinessService.connections`. */
  connections(): Connections;
  /** What the hosts that run have counted; see `BusinessService.measures`. */
  measures(): MeasuresOfHosts;
  /** The end of all hosts is near; see `RunningHost.quiesce`. */
  quiesce(): void;
  /**
   * Takes nothing more; see `RunningHost.stop`. What its component throws on the way is an event: it is stopped.
   * @throws EngineError NOT_FOUND, and the record's own when that could not be told
   */
  stop(name: string, grace: number): Promise<void>;
  /** The same at the end of all hosts, whose record is to go on saying why one could not start. Never throws. */
  end(name: string, grace: number): Promise<void>;
  /** As `stop`, and it stays so until `start`, whatever its schedule says. */
  stopByHand(name: string, grace: number): Promise<void>;
  /** Records that it is disabled, and stops it. @throws EngineError NOT_FOUND */
  disable(name: string, grace: number, by: string, reason?: string): Promise<void>;
}

/** @param hosts those of this thread, now */
export function hostChanges(engine: Engine, hosts: () => readonly Host[]): HostChanges {
  const { messages, events } = engine;
  const running = new Map<string, RunningHost>();
  const changes = new Map<string, Promise<void>>();
  const stoppedByHand = new Set<string>();
  const failed = new Set<string>();

  function change(name: string, step: (host: Host) => Promise<void>): Promise<void> {
    const next = (changes.get(name) ?? Promise.resolve()).then(() => step(found(name)));
    changes.set(
      name,
      next.catch(() => undefined),
    );
    return next;
  }

  function found(name: string): Host {
    const host = hosts().find((one) => one.name === name);
    if (host) return host;
    throw noHost(name, hosts());
  }

  async function start(host: Host): Promise<void> {
    if (running.has(host.name)) return;
    const disabled = await disabledState(host);
    if (disabled) throw notStarted(host, disabled);
    try {
      running.set(host.name, await startHost(host, engine));
      failed.delete(host.name);
    } catch (error) {
      failed.add(host.name);
      await messages.setHost({ ...stateOf(host), status: 'Error', detail: textOf(error) });
      throw startFailed(host, error);
    }
  }

  async function stop(host: Host, grace: number): Promise<void> {
    const one = running.get(host.name);
    running.delete(host.name);
    failed.delete(host.name);
    await one?.stop(grace).catch((error: unknown) => sayItFailed(host.name, error));
    await messages.setHost((await disabledState(host)) ?? stoppedState(host));
  }

  function sayItFailed(name: string, error: unknown): void {
    const text = `${name} is stopped, and this failed on the way: ${textOf(error)}`;
    events.log({ type: 'Error', code: 'HOST_STOP_FAILED', text, host: name });
  }

  /** What the record is to say of a host that may not run; undefined when it may. */
  async function disabledState(host: Host): Promise<HostState | undefined> {
    const by = (await messages.disabledHosts()).find(({ name }) => name === host.name);
    if (by) return { ...stateOf(host), status: 'Disabled', detail: inWords(by, host) };
    if (host.enabled ?? true) return undefined;
    return { ...stateOf(host), status: 'Disabled', detail: 'the file says enabled: false' };
  }

  function stoppedState(host: Host): HostState {
    const state: HostState = { ...stateOf(host), status: 'Stopped' };
    const now = new Date(engine.time.now());
    if (!host.schedule || stoppedByHand.has(host.name) || isOn(host.schedule, now)) return state;
    const next = nextChange(host.schedule, now);
    const until = next ? `; it starts ${formatTime(next.at.toISOString())}` : '';
    return { ...state, detail: `stopped by its schedule${until}` };
  }

  return {
    async start(name) {
      stoppedByHand.delete(name);
      await change(name, start);
    },

    startIfWanted: (name) =>
      change(name, async (host) => {
        const isScheduled = !host.schedule || isOn(host.schedule, new Date(engine.time.now()));
        const wanted = isScheduled && !stoppedByHand.has(name) && !(await disabledState(host));
        await (wanted ? start(host) : stop(host, 0));
      }),

    connections: () =>
      Object.fromEntries([...running].map(([name, host]) => [name, host.connections()])),

    measures: () => Object.fromEntries([...running].map(([name, host]) => [name, host.measures()])),

    quiesce() {
      for (const one of running.values()) one.quiesce();
    },

    stop: (name, grace) => change(name, (host) => stop(host, grace)),

    end: (name, grace) =>
      change(name, async (host) => {
        if (!failed.has(name)) await stop(host, grace);
      }).catch((error: unknown) => sayItFailed(name, error)),

    stopByHand(name, grace) {
      found(name);
      stoppedByHand.add(name);
      return change(name, (host) => stop(host, grace));
    },

    async disable(name, grace, by, reason) {
      found(name);
      const since = new Date().toISOString();
      await messages.disableHost({ name, since, by, ...(reason ? { reason } : {}) });
      const text = `${name} is disabled by ${by}${reason ? `: ${reason}` : ''}; its queue goes on taking messages`;
      // What an error has led to is an error of the host; what a person did is none.
      const type = by === 'reply-code action' ? 'Error' : 'Warning';
      events.log({ type, code: 'HOST_DISABLED', text, host: name });
      // Not awaited by a handler of the host itself, which would wait for its own end.
      const stopped = change(name, (host) => stop(host, grace));
      if (by === 'reply-code action')
        void stopped.catch((error: unknown) => sayItFailed(name, error));
      else await stopped;
    },
  };
}

function stateOf(host: Host) {
  return {
    name: host.name,
    type: businessTypes[host.kind],
    component: host.componentName,
    poolSize: host.poolSize,
  };
}

/** Who disabled a host, when and why, as the operator reads it. */
function inWords({ since, by, reason }: DisabledHost, { enabled = true }: Host): string {
  const file = enabled ? 'the file says enabled' : 'so does the file';
  return `disabled since ${formatTime(since)} by ${by}${reason ? `: ${reason}` : ''}; ${file}`;
}

function notStarted({ name, enabled = true }: Host, { detail }: HostState): EngineError {
  const cure = enabled
    ? `production enable ${name} starts it`
    : 'change the file, then production update';
  return new EngineError('HOST_DISABLED', `${name} is not started: ${detail}; ${cure}`);
}

function startFailed(host: Host, error: unknown): EngineError {
  const code = error instanceof EngineError ? error.code : 'HOST_START_FAILED';
  return new EngineError(code, `${host.name} could not start: ${textOf(error)}`, { cause: error });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
