import type { DocumentStore, MessageBody } from '@consort/core';
import { entryOf, isPrivate } from '../data-set/dictionary.ts';
import type { DicomJson } from '../dicom-json/write-json.ts';
import { inOrder, jsonToShow, type JsonToShow } from './json-to-show.ts';
import { shownTexts } from './shown-texts.ts';

/** A data element as it is shown to people. A value that is binary or too long has a length alone. */
export interface ShownElement {
  /** Eight upper-case hex digits. */
  readonly tag: string;
  /** Absent for a private element, and one the dictionary does not know. */
  readonly keyword?: string;
  readonly vr: string;
  /** In text, one for each value. */
  readonly values?: readonly string[];
  readonly items?: readonly (readonly ShownElement[])[];
  /** Bytes. */
  readonly length?: number;
  readonly isPrivate?: true;
  /** It has more values, or longer ones, than are shown. */
  readonly isCut?: true;
}

/** A data set as it is shown to people. */
export interface ShownDataSet {
  readonly elements: readonly ShownElement[];
  /** 0 without pixel data. */
  readonly frames: number;
  /** There are more elements than are shown. */
  readonly isCut: boolean;
}

const mostElements = 10_000;

/**
 * The data elements of a stored document for people: texts decoded, binary values as lengths.
 * @throws EngineError TOO_LARGE; PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING
 */
export async function shownElements(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<ShownDataSet> {
  const { dataSet, bulkData } = await jsonToShow(body, documents);
  const left = { elements: mostElements, isCut: false, bulkData };
  const elements = elementsOf(dataSet, left);
  return { elements, frames: framesOf(dataSet), isCut: left.isCut };
}

type Element = DicomJson[string];

/** How many elements may still be shown. */
interface Left extends Pick<JsonToShow, 'bulkData'> {
  elements: number;
  isCut: boolean;
}

function elementsOf(dataSet: DicomJson, left: Left): readonly ShownElement[] {
  const shown: ShownElement[] = [];
  for (const [tag, element] of inOrder(dataSet)) {
    if (left.elements <= 0) {
      left.isCut = true;
      break;
    }
    left.elements -= 1;
    shown.push(elementOf(tag, element, left));
  }
  return shown;
}

function elementOf(tag: string, element: Element, left: Left): ShownElement {
  const number = Number.parseInt(tag, 16);
  const keyword = entryOf(number)?.keyword;
  const head = {
    tag,
    ...(keyword === undefined ? {} : { keyword }),
    vr: element.vr,
    ...(isPrivate(number) ? { isPrivate: true as const } : {}),
  };
  const { Value: values = [], InlineBinary: inline, BulkDataURI: path } = element;
  if (path !== undefined) return { ...head, length: left.bulkData.get(path)?.length ?? 0 };
  if (inline !== undefined) return { ...head, length: Buffer.from(inline, 'base64').length };
  if (element.vr === 'SQ') {
    return { ...head, items: values.map((item) => elementsOf((item ?? {}) as DicomJson, left)) };
  }
  const { texts, isCut } = shownTexts(element);
  return { ...head, values: texts, ...(isCut ? { isCut } : {}) };
}

const pixelData = ['7FE00010', '7FE00008', '7FE00009'];

function framesOf(dataSet: DicomJson): number {
  if (!pixelData.some((tag) => Object.hasOwn(dataSet, tag))) return 0;
  const frames = Number(dataSet['00280008']?.Value?.[0] ?? 1);
  return Number.isSafeInteger(frames) && frames > 0 ? frames : 1;
}
