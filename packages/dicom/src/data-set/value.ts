import type { Readable } from 'node:stream';

/** One value of a data element: text, a number, or the bytes of OB and its like. */
export type SingleValue = string | number | bigint | Buffer;

/**
 * A value that is not kept in memory: longer than 64 KiB, or pixel data of any length.
 * `stream` reads its bytes as they are in the document; of encapsulated pixel data, with its item heads
 * (`frames` takes those off). Whoever opens a stream reads it to its end or destroys it.
 */
export interface LargeValue {
  readonly vr: string;
  /** Bytes. */
  readonly length: number;
  stream(): Readable;
}

/**
 * The value of a data element as a process sees it.
 *
 * Text of every VR is a string, padding removed; PN too, as `Family^Given=…`. IS, DS and the binary numbers are
 * numbers; 64-bit integers beyond what a number holds are bigints; what a peer wrote into IS or DS that is no number
 * stays a string. AT is `(0008,0018)`. Several values are a list. A sequence is the list of its items, and an item the values in it. An element
 * without a value is null.
 */
export type DataValue =
  | SingleValue
  | null
  | readonly (SingleValue | null)[]
  | DataValues
  | readonly DataValues[]
  | LargeValue;

/** A small data set, or an item: values by keyword, or by tag, `(0029,1010)`, where there is no keyword. */
export interface DataValues {
  readonly [keywordOrTag: string]: DataValue | undefined;
}

/** Says whether a value was left in its document. */
export function isLargeValue(value: unknown): value is LargeValue {
  return typeof value === 'object' && value !== null && 'stream' in value && 'length' in value;
}
