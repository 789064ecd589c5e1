import { EngineError, type DocumentStore, type MessageBody } from '@consort/core';
import { entryOf, isPrivate } from '../data-set/dictionary.ts';
import { dicomJsonOf, type DicomJson } from '../dicom-json/write-json.ts';

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

/** Characters of the JSON that a data set is shown from: values above 64 KiB are not among them. */
const mostJson = 16 * 1024 * 1024;
const mostElements = 10_000;
const mostValues = 256;
const longestValue = 4096;

/**
 * The data elements of a stored document for people: texts decoded, binary values as lengths.
 * @throws EngineError TOO_LARGE; PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING
 */
export async function shownElements(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<ShownDataSet> {
  let json = '';
  const parts = dicomJsonOf(body, documents, {
    bulkDataUri: ({ length }) => String(length),
  });
  for await (const part of parts) {
    json += part;
    if (json.length > mostJson) {
      throw new EngineError(
        'TOO_LARGE',
        'the data set has too many values to be shown; it can be had as a file',
      );
    }
  }
  const left = { elements: mostElements, isCut: false };
  const dataSet = JSON.parse(json) as DicomJson;
  const elements = elementsOf(dataSet, left);
  return { elements, frames: framesOf(dataSet), isCut: left.isCut };
}

type Element = DicomJson[string];

/** How many elements may still be shown. */
interface Left {
  elements: number;
  isCut: boolean;
}

function elementsOf(dataSet: DicomJson, left: Left): readonly ShownElement[] {
  const shown: ShownElement[] = [];
  for (const [tag, element] of Object.entries(dataSet)) {
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
  const { Value: values = [], InlineBinary: inline, BulkDataURI: length } = element;
  if (length !== undefined) return { ...head, length: Number(length) };
  if (inline !== undefined) return { ...head, length: Buffer.from(inline, 'base64').length };
  if (element.vr === 'SQ') {
    return { ...head, items: values.map((item) => elementsOf((item ?? {}) as DicomJson, left)) };
  }
  const texts = values.slice(0, mostValues).map(textOf);
  const isCut = values.length > mostValues || texts.some(({ length: size }) => size > longestValue);
  return {
    ...head,
    values: texts.map((text) => text.slice(0, longestValue)),
    ...(isCut ? { isCut } : {}),
  };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return '';
  // The component groups of a name (PS3.18 section F.2.2), as they stand in a data set (PS3.5 section 6.2.1).
  const {
    Alphabetic = '',
    Ideographic = '',
    Phonetic = '',
  } = value as Readonly<Record<string, string>>;
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
}

const pixelData = ['7FE00010', '7FE00008', '7FE00009'];

function framesOf(dataSet: DicomJson): number {
  if (!pixelData.some((tag) => Object.hasOwn(dataSet, tag))) return 0;
  const frames = Number(dataSet['00280008']?.Value?.[0] ?? 1);
  return Number.isSafeInteger(frames) && frames > 0 ? frames : 1;
}
