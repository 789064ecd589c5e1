import type { Reading } from './reading.ts';

/** A metric of `/metrics`: one name, and a number for each set of labels. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence; docs/monitoring.md has the same. */
  readonly help: string;
  readonly labels: readonly string[];
  /** None where there is nothing to tell. */
  readonly samples: (reading: Reading) => readonly Sample[];
}

/** One number. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

/** A gauge without labels, absent where there is no number. */
export function gauge(
  name: string,
  help: string,
  value: (reading: Reading) => number | undefined,
): Family {
  return {
    name,
    type: 'gauge',
    help,
    labels: [],
    samples: (reading) => {
      const found = value(reading);
      return found === undefined ? [] : [{ value: found }];
    },
  };
}

/** Seconds since 1970 of a time in ISO 8601. */
export function seconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}
