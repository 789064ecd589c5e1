/** A number that a component tells of itself, for whoever watches; `/metrics` shows it with the host's name. */
export interface Measure {
  /** Snake case, without the prefix `consort_` and, for a counter, without `_total`. */
  readonly name: string;
  /** A counter only rises, from 0 at each start of the host. */
  readonly kind: 'counter' | 'gauge';
  /** What it counts, in one sentence, with its unit. */
  readonly help: string;
  /** From settings and words of our own: a value that a peer may choose has no place here. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Of one host; what a component tells beyond is left out. */
const most = 200;

/**
 * What a component tells of itself as plain data, well-formed and bounded. An author's mistake costs what he would have
 * told, and nothing else.
 */
export function plainMeasures(tell: () => readonly Measure[] | undefined): readonly Measure[] {
  try {
    return [...(tell() ?? [])].slice(0, most).flatMap((measure) => {
      const { name, kind, help, labels = {}, value } = measure;
      const texts: readonly unknown[] = [name, help, ...Object.values(labels)];
      const words = [name, ...Object.keys(labels)];
      const isFit =
        texts.every((text) => typeof text === 'string' && text.length <= 300) &&
        words.every((word) => /^[a-z]\w{0,60}$/.test(word)) &&
        words.length <= 10 &&
        !words.includes('host') &&
        ['counter', 'gauge'].includes(kind) &&
        Number.isFinite(value);
      return isFit ? [{ name, kind, help, labels: { ...labels }, value }] : [];
    });
  } catch {
    return [];
  }
}
