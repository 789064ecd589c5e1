import { entryOf } from '../data-set/dictionary.ts';
import type { BulkData, DicomJson } from '../dicom-json/write-json.ts';
import { inOrder, type JsonToShow } from './json-to-show.ts';
import { shownTexts } from './shown-texts.ts';

/** The value of a data element that has no items, or how many items it has. */
export interface Leaf {
  readonly vr: string;
  /** What is shown of it. */
  readonly texts: readonly string[];
  /** All of it, unless it is in `bulkData`. */
  readonly whole: string;
  /** There is more than is shown. */
  readonly isCut: boolean;
  readonly bulkData?: BulkData;
}

/** A data set, flat. */
export interface Leaves {
  /** By keywords or tags with item numbers from 1 on, in the order of the data set. */
  readonly leaves: ReadonlyMap<string, Leaf>;
  /** There are more than 10 000. */
  readonly isCut: boolean;
}

const mostLeaves = 10_000;

/** The data elements of a data set, those of its items among them. */
export function leavesOf({ dataSet, bulkData }: JsonToShow): Leaves {
  const leaves = new Map<string, Leaf>();
  for (const [path, element] of elementsIn(dataSet, '')) {
    if (leaves.size === mostLeaves) return { leaves, isCut: true };
    leaves.set(path, leafOf(element, bulkData));
  }
  return { leaves, isCut: false };
}

type Element = DicomJson[string];

function* elementsIn(dataSet: DicomJson, above: string): Generator<readonly [string, Element]> {
  for (const [tag, element] of inOrder(dataSet)) {
    const path = `${above}${entryOf(Number.parseInt(tag, 16))?.keyword ?? tag}`;
    yield [path, element];
    if (element.vr !== 'SQ') continue;
    for (const [index, item] of (element.Value ?? []).entries())
      yield* elementsIn((item ?? {}) as DicomJson, `${path}[${index + 1}].`);
  }
}

function leafOf(element: Element, bulkData: ReadonlyMap<string, BulkData>): Leaf {
  const { vr, Value: values = [], InlineBinary: inline, BulkDataURI: path } = element;
  const long = path === undefined ? undefined : bulkData.get(path);
  if (long) {
    const text = lengthInWords(long.length);
    return { vr, texts: [text], whole: text, isCut: true, bulkData: long };
  }
  if (inline !== undefined) {
    const { length } = Buffer.from(inline, 'base64');
    return { vr, texts: [lengthInWords(length)], whole: inline, isCut: true };
  }
  if (vr === 'SQ') {
    const text = `${values.length} items`;
    return { vr, texts: [text], whole: text, isCut: false };
  }
  return { vr, whole: JSON.stringify(values), ...shownTexts(element) };
}

function lengthInWords(bytes: number): string {
  return `${bytes} bytes`;
}
