import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EngineError, type Event, type MessageStore } from '@consort/core';
import { otlpSettings, type OtlpSettings } from './otlp-settings.ts';
import { postSpans, type Resource } from './post-spans.ts';
import { spanOf } from './span-of.ts';
import { readMark, writeMark, type TraceMark } from './trace-mark.ts';

/** What traces are made of. */
export interface TraceParts {
  readonly messages: Pick<MessageStore, 'tracedLegs'>;
  readonly resource: Resource;
  readonly dataDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  log(event: Event): void;
}

/** Traces that are being sent. */
export interface Traces {
  /** Sends what has ended by now, if the collector takes it within a moment, and ends. */
  close(): Promise<void>;
}

/** Messages that are looked at together. */
const step = 500;
/** Messages without an end that are remembered; beyond that, the younger ones wait for the older ones. */
const mostOpen = 10_000;
/** Milliseconds between two attempts at a collector that does not take anything; at most, where it asks for more. */
const longestPause = 60_000;
/** Milliseconds that a stop waits for the collector. */
const farewell = 3_000;

/**
 * Tells a collector of every leg that has ended, as a span, by OTLP: nothing, unless the environment names one.
 * The spans are made of the record after the fact, so that no message waits for them. What the collector has not taken
 * is sent again, also by the next start; nothing is kept in memory for it, as the record has it.
 */
export async function followTraces(parts: TraceParts): Promise<Traces> {
  const settings = settingsOf(parts);
  if (!settings) return { close: () => Promise.resolve() };
  const stopping = new AbortController();
  const ending = new AbortController();
  const follower = await openFollower(settings, parts, ending.signal);
  const following = follow();

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pause = await follower.tell();
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    async close() {
      stopping.abort();
      const timer = setTimeout(() => ending.abort(), farewell);
      await following;
      if (!follower.isInTrouble()) await follower.tell();
      clearTimeout(timer);
    },
  };
}

function settingsOf({ env, log }: TraceParts): OtlpSettings | undefined {
  try {
    return otlpSettings(env);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    log({ type: 'Warning', code: codeOf(error), text: error.message });
    return undefined;
  }
}

async function openFollower(
  settings: OtlpSettings,
  { messages, resource, dataDirectory, log }: TraceParts,
  signal: AbortSignal,
) {
  const { productionId } = resource;
  const { origin, pathname } = new URL(settings.url);
  const collector = `${origin}${pathname}`;
  const newest = await messages.tracedLegs({ limit: 0, open: [] }).catch(() => ({ last: 0 }));
  const found = await readMark(dataDirectory, productionId);
  // A record that was restored is shorter than it was: its mark tells of another one.
  let mark: TraceMark =
    found && found.after <= newest.last ? found : { productionId, after: newest.last, open: [] };
  // What ends from now on is told, also if the first to take it is the collector of the next start.
  if (mark !== found) await writeMark(dataDirectory, mark).catch(() => undefined);
  let trouble: string | undefined;
  let pause = settings.delay;

  /** Tells everything that has ended. Resolves with the milliseconds to wait before the next time. Never throws. */
  async function tell(): Promise<number> {
    try {
      for (;;) {
        const limit = Math.max(0, Math.min(step, mostOpen - mark.open.length));
        const { ended, open, gone, last } = await messages.tracedLegs({
          after: mark.after,
          limit,
          open: mark.open,
        });
        for (let from = 0; from < ended.length; from += settings.batchSize) {
          const batch = ended.slice(from, from + settings.batchSize);
          const wait = await send(batch.map((leg) => spanOf(leg, productionId)));
          if (wait !== undefined) return wait;
        }
        const told = new Set([...gone, ...ended.map(({ id }) => id)]);
        const isMore = last > mark.after;
        if (isMore || told.size > 0) {
          const left = mark.open.filter((id) => !told.has(id));
          mark = { productionId, after: last, open: [...left, ...open] };
          await writeMark(dataDirectory, mark);
        }
        if (!isMore || signal.aborted) return settings.delay;
      }
    } catch {
      // The record or the disk is away, which others say; it is looked at again.
      return settings.delay;
    }
  }

  /** Undefined when the spans are done with; else the milliseconds to wait. */
  async function send(spans: Parameters<typeof postSpans>[0]): Promise<number | undefined> {
    const posted = await postSpans(spans, settings, resource, signal);
    if (posted.outcome === 'again') {
      if (signal.aborted) return settings.delay;
      pause = Math.min(longestPause, posted.after ?? pause * 2);
      if (trouble === undefined) {
        warn(
          `the collector at ${collector} does not take the traces (${posted.reason}); they are sent once it does`,
        );
      }
      trouble = posted.reason;
      return pause;
    }
    pause = settings.delay;
    if (posted.outcome === 'refused') {
      warn(
        `the collector at ${collector} has refused ${posted.spans} spans (${posted.reason}); they are not sent again`,
      );
    } else if (trouble !== undefined) {
      log({
        type: 'Info',
        code: 'TRACES_TAKEN',
        text: `the collector at ${collector} takes the traces again`,
      });
    }
    trouble = undefined;
    return undefined;
  }

  function warn(text: string): void {
    log({ type: 'Warning', code: 'TRACES_UNAVAILABLE', text });
  }

  return { tell, isInTrouble: () => trouble !== undefined };
}
