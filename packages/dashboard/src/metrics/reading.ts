import type {
  HostMeasurements,
  HostState,
  MessageReader,
  ProductionState,
  QueueCount,
  RecordedAlert,
} from '@consort/core';
import { answerInTime } from './answer-in-time.ts';
import type { MetricsSource, ThreadPulse } from './source.ts';

/** Everything that is known at one moment. */
export interface Reading {
  readonly time: Date;
  readonly version: string;
  readonly pulses: readonly ThreadPulse[];
  /** Absent when the record did not answer. */
  readonly record?: RecordReading;
  /** Absent when it cannot be looked at. */
  readonly disk?: { readonly size: number; readonly free: number };
}

/** What the record says. */
export interface RecordReading {
  readonly production?: ProductionState;
  readonly hosts: readonly HostState[];
  /** The same counts as `production queues` and the page show. */
  readonly queues: readonly QueueCount[];
  readonly measured: readonly HostMeasurements[];
  readonly alerts: readonly RecordedAlert[];
}

/** Milliseconds for which a reading is given to whoever asks. */
const freshness = 1_000;

/**
 * Makes the function that reads everything: at most once a second and never twice at the same time, however many ask.
 * A record or a disk that does not answer in time is left out; it is not asked again before it has answered.
 */
export function sharedReading(
  reader: MessageReader,
  source: MetricsSource,
  now: () => number = Date.now,
): () => Promise<Reading> {
  const record = answerInTime(() => readRecord(reader, source));
  const disk = answerInTime(() => source.disk());
  let last: { readonly at: number; readonly reading: Promise<Reading> } | undefined;

  async function read(): Promise<Reading> {
    const time = new Date(now());
    const [fromRecord, ofDisk] = await Promise.all([record(), disk()]);
    return {
      time,
      version: source.version,
      pulses: source.pulses(),
      ...(fromRecord ? { record: fromRecord } : {}),
      ...(ofDisk ? { disk: ofDisk } : {}),
    };
  }

  return () => {
    // A clock that was set back must not keep an old reading for long.
    const age = last ? now() - last.at : Infinity;
    if (!last || age < 0 || age >= freshness) last = { at: now(), reading: read() };
    return last.reading;
  };
}

async function readRecord(reader: MessageReader, source: MetricsSource): Promise<RecordReading> {
  const [production, hosts, queues, { hosts: measured }, alerts] = await Promise.all([
    reader.production(),
    reader.hosts(),
    reader.queues(),
    source.measurements(),
    reader.alerts({ isOpen: true, limit: 1_000 }),
  ]);
  return { ...(production ? { production } : {}), hosts, queues, measured, alerts };
}
