/** One number of `/metrics`. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `/metrics` said. */
export interface ReadMetrics {
  readonly samples: readonly MetricSample[];
  /** By the name of each metric. */
  readonly types: ReadonlyMap<string, string>;
  /** The one number with this name whose labels include these; undefined when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/**
 * Fetches `/metrics` of a running production's page.
 * @throws Error for an answer that is not the text format of Prometheus, or says one thing twice
 */
export async function readMetrics(page: string): Promise<ReadMetrics> {
  const response = await fetch(`${page}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics answered ${response.status}: ${text}`);
  return parseMetrics(text);
}

/** Reads the text format of Prometheus, version 0.0.4. @throws Error as `readMetrics` */
export function parseMetrics(text: string): ReadMetrics {
  const types = new Map<string, string>();
  const samples: MetricSample[] = [];
  const seen = new Set<string>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, typed, type] =
      /^# TYPE (\w+) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? [];
    if (typed && type) types.set(typed, type);
    if (line.startsWith('#')) continue;
    const [, name, pairs = '', value] = /^([a-zA-Z_:]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!name || value === undefined) throw new Error(`no line of /metrics: ${line}`);
    const series = `${name}{${pairs}}`;
    if (seen.has(series)) throw new Error(`/metrics has ${series} twice`);
    seen.add(series);
    const labels = Object.fromEntries(
      [...pairs.matchAll(/(\w+)="((?:\\.|[^"\\])*)",?/g)].map(([, key = '', quoted = '']) => [
        key,
        quoted.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
      ]),
    );
    samples.push({ name, labels, value: numberOf(value) });
  }
  return {
    samples,
    types,
    value: (name, labels = {}) =>
      samples.find(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([key, own]) => sample.labels[key] === own),
      )?.value,
  };
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}
