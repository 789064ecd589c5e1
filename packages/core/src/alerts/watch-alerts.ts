import type { ConsoleLog } from '../console-log.ts';
import { codeOf } from '../errors.ts';
import type { Event } from '../event.ts';
import type { MessageStore } from '../message-store.ts';
import { businessTypes, type Host, type Production } from '../production.ts';
import type { Transport } from '../transport.ts';
import type { WatchedHost } from './alert-calls.ts';
import { isNothing, judge } from './judge.ts';

/** What alerts are made of. */
export interface AlertParts {
  /** The production as it is now. */
  production(): Production;
  readonly messages: Pick<MessageStore, 'beginAlerts' | 'alertFacts' | 'noteAlerts'>;
  readonly transport: Pick<Transport, 'wake'>;
  readonly console: ConsoleLog;
}

/** Looks for alerts until it is closed. */
export interface AlertWatch {
  /** Looks no more; resolves when the look that is under way has ended. */
  close(): Promise<void>;
}

/**
 * Looks every five seconds for what there are to be alerts about, in the record alone, so that it does not matter which
 * threads live. What has begun or ended is in the event log and on the console, and a message tells `alerts.target`.
 * Open alerts are in the record: a restart neither repeats nor forgets one. Start it before the hosts.
 * @param options.interval milliseconds between two looks
 * @param options.quiet milliseconds without a failure, after which failing is over; default five minutes
 */
export async function watchAlerts(
  { production, messages, transport, console }: AlertParts,
  { interval = 5_000, quiet = 300_000 }: { interval?: number; quiet?: number } = {},
): Promise<AlertWatch> {
  const runSince = new Date().toISOString();
  let begun = production();
  await messages.beginAlerts(watchedOf(begun).map(({ name }) => name));
  let wasLooked = true;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const now = production();
    const hosts = watchedOf(now);
    if (begun !== now) await messages.beginAlerts(hosts.map(({ name }) => name));
    begun = now;
    const facts = await messages.alertFacts(hosts.map(questionOf));
    const judgement = judge(hosts, facts, { now: new Date(), runSince, quiet });
    if (isNothing(judgement)) return;
    const target = targetOf(now);
    const noted = await messages.noteAlerts({
      production: now.name,
      ...(target ? { target } : {}),
      ...judgement,
    });
    for (const event of noted.events) console.write(event);
    if (!target || noted.messages.length === 0) return;
    const wakeUps = noted.messages.map(({ id, sessionId }) => ({
      messageId: id,
      sessionId,
      bodyType: 'alert',
    }));
    // The record has them: when Redis does not take them now, recovery adds them later.
    await transport.wake(target.host, wakeUps).catch(() => undefined);
  }

  function lookOnce(): void {
    looking ??= look()
      .then(
        () => void (wasLooked = true),
        (error: unknown) => {
          if (wasLooked) console.write(notLooked(error));
          wasLooked = false;
        },
      )
      .finally(() => (looking = undefined));
  }

  const timer = setInterval(lookOnce, interval);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}

function watchedOf({ hosts }: Production): readonly Host[] {
  return hosts.filter(({ alerts }) => alerts !== undefined);
}

function questionOf({ name, alerts }: Host): WatchedHost {
  return {
    host: name,
    hasQueueAlert: alerts?.queueCount !== undefined || alerts?.queueWait !== undefined,
    expected: alerts?.expect?.map(({ callingAet }) => callingAet) ?? [],
  };
}

function targetOf({ hosts, alerts }: Production) {
  const host = hosts.find(({ name }) => name === alerts?.target);
  return host && { host: host.name, type: businessTypes[host.kind] };
}

/** Nothing is lost by it: what happens meanwhile is in the record, and the next look finds it there. */
function notLooked(error: unknown): Event {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    type: 'Warning',
    code: codeOf(error),
    text: `cannot look for alerts now: ${reason}`,
  };
}
