import {
  differenceOf,
  EngineError,
  type Difference,
  type Event,
  type MessageStore,
  type Production,
  type Variables,
} from '@consort/core';
import { loadVersion, type Version } from '../load-version.ts';
import type { Threads } from '../threads/keep-threads.ts';
import { unfinishedOf } from './unfinished-of.ts';

/** Goes on with another version of the production, or only says what would change; one update at a time. */
export type Updater = (
  file: string,
  how: { readonly by: string; readonly isDryRun?: boolean },
) => Promise<Updated>;

/** What an update has changed, or would. */
export interface Updated extends Difference {
  readonly isApplied: boolean;
  /** What `check` warns about in the new version. */
  readonly warnings: string;
  /** The hosts that the new version wants to run. */
  readonly enabled: readonly string[];
}

/** What an update works on. */
export interface UpdateParts {
  readonly messages: MessageStore;
  readonly threads: Threads;
  readonly log: (event: Event) => void;
  /** What `.env` beside the file is added to. */
  readonly env: Variables;
  /** The version that runs. */
  version(): Version;
  become(next: Version): void;
}

/** Makes the function that updates a running production; `settled` waits until no update is under way. */
export function updater(parts: UpdateParts): {
  readonly update: Updater;
  settled(): Promise<void>;
} {
  let last: Promise<void> = Promise.resolve();
  return {
    update(file, how) {
      const next = last.then(() => update(parts, file, how));
      last = next.then(
        () => undefined,
        () => undefined,
      );
      return next;
    },
    settled: () => last,
  };
}

async function update(
  { messages, threads, log, env, version, become }: UpdateParts,
  file: string,
  { by, isDryRun = false }: Parameters<Updater>[1],
): Promise<Updated> {
  const before = version();
  const after = await loadVersion(file, env, 'nothing was changed');
  refuseOtherName(before.production, after.production);
  const difference = differenceOf(before.production, after.production);
  await refuseWhatHasMessages(difference, messages);
  const enabled = after.production.hosts.filter((host) => host.enabled ?? true);
  const updated = {
    ...difference,
    warnings: after.warnings,
    enabled: enabled.map(({ name }) => name),
  };
  if (isDryRun) return { ...updated, isApplied: false };
  try {
    await threads.update(after);
  } catch (error) {
    // The next start reads the file again: there is nothing to go back to.
    if (error instanceof EngineError && error.code === 'STOPPING') throw error;
    throw await takenBack(threads, messages, before, error);
  }
  become(after);
  const { production } = after;
  await messages.removeHostsExcept(production.hosts.map(({ name }) => name));
  await messages.setProduction({ file: production.file });
  log({
    type: 'Info',
    code: 'UPDATED',
    text: `${by} updated the production: ${inShort(difference)}`,
  });
  await warnOfLeftBehind(messages, production, log);
  return { ...updated, isApplied: true };
}

/** Says of messages that nobody will take, because the file has no such host any more; they stay in the record. */
export async function warnOfLeftBehind(
  messages: MessageStore,
  { hosts }: Production,
  log: (event: Event) => void,
): Promise<void> {
  for (const { host, queued, delivered } of await messages.queues()) {
    const count = queued + delivered;
    if (count === 0 || hosts.some(({ name }) => name === host)) continue;
    const text =
      `${count} messages wait for ${host}, which the production does not have: ` +
      `put it back into the file, or see production messages --host ${host} and resend --to another host, or abort`;
    log({ type: 'Warning', code: 'HOST_REMOVED', text });
  }
}

function refuseOtherName(before: Production, after: Production): void {
  if (before.name === after.name) return;
  throw new EngineError(
    'UPDATE_REFUSED',
    `nothing was changed: ${after.file} is the production ${after.name}, and ${before.name} runs; ` +
      'a production of another name has a data directory of its own: production start',
  );
}

/** A host that goes may not take messages with it. */
async function refuseWhatHasMessages({ hosts }: Difference, messages: MessageStore): Promise<void> {
  for (const { name, change } of hosts) {
    if (change !== 'removed') continue;
    for (const [status, count] of await unfinishedOf(name, messages)) {
      if (count === 0) continue;
      throw new EngineError(
        'UPDATE_REFUSED',
        `nothing was changed: the new version has no ${name}, and ${count} of its messages are ${status}; ` +
          `wait for them, resend --to another host, or abort them: production messages --host ${name} --status ${status}`,
      );
    }
  }
}

/** The error of an update that failed, after the version before has been put back. */
async function takenBack(
  threads: Threads,
  messages: MessageStore,
  before: Version,
  error: unknown,
): Promise<EngineError> {
  const reason = error instanceof Error ? error.message : String(error);
  const back = await threads.update(before).then(
    () => 'the version before runs again',
    (again: unknown) => `and the version before could not start all of its hosts: ${String(again)}`,
  );
  await messages.removeHostsExcept(before.production.hosts.map(({ name }) => name));
  return new EngineError('UPDATE_REFUSED', `the update was taken back: ${reason}; ${back}`, {
    cause: error,
  });
}

/** `2 hosts changed, 1 added`. */
function inShort({ hosts, keys }: Difference): string {
  const counts = (['changed', 'added', 'removed'] as const)
    .map((change) => [change, hosts.filter((host) => host.change === change)] as const)
    .filter(([, found]) => found.length > 0)
    .map(([change, found]) => `${change} ${found.map(({ name }) => name).join(', ')}`);
  const own = keys.length > 0 ? [`changed ${keys.join(', ')}`] : [];
  return [...counts, ...own].join('; ') || 'nothing is different';
}
