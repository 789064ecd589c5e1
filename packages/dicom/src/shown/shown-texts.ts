import type { DicomJson } from '../dicom-json/write-json.ts';

/** The values of a data element in text. */
export interface ShownTexts {
  readonly texts: readonly string[];
  /** There are more values, or longer ones. */
  readonly isCut: boolean;
}

const mostValues = 256;
const longestValue = 4096;

/** So much of the values of a data element as is shown to people. */
export function shownTexts({ Value: values = [] }: DicomJson[string]): ShownTexts {
  const texts = values.slice(0, mostValues).map(textOf);
  return {
    texts: texts.map((text) => text.slice(0, longestValue)),
    isCut: values.length > mostValues || texts.some(({ length }) => length > longestValue),
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
