import { nameOf } from './dictionary.ts';
import { decodeTexts, decodeValue } from './decode-value.ts';
import type { TreeElement, TreeItem } from './element-tree.ts';
import { representationOf } from './value-representations.ts';
import type { DataValue, DataValues, LargeValue } from './value.ts';

/** Makes the handle of a value that was not kept. */
export type Opening = (element: TreeElement) => LargeValue;

/** The values of a data set or an item, by keyword or tag. */
export function valuesOf(item: TreeItem, opening: Opening): DataValues {
  const entries = [...item.elements.values()]
    .filter(({ tag }) => (tag & 0xffff) !== 0)
    .map((element) => [nameOf(element.tag), valueOf(element, item, opening)] as const);
  return Object.fromEntries(entries);
}

/** The value of an element of an item. */
export function valueOf(element: TreeElement, item: TreeItem, opening: Opening): DataValue {
  const { vr, isBigEndian, bytes, items } = element;
  if (items) return items.map((inner) => valuesOf(inner, opening));
  if (element.length === 0) return vr === 'SQ' ? [] : null;
  if (!bytes) return opening(element);
  return decodeValue(bytes, { vr, isBigEndian, characterSets: item.characterSets });
}

/** The texts of an element as they were written, with backslashes between; numbers in decimal digits. */
export function textsOf(element: TreeElement, item: TreeItem): string | undefined {
  const { vr, isBigEndian, bytes } = element;
  const { kind } = representationOf(vr);
  if (kind === 'bytes' || kind === 'sequence') return undefined;
  if (element.length === 0) return '';
  if (!bytes) return undefined;
  const reading = { vr, isBigEndian, characterSets: item.characterSets };
  if (kind !== 'number') return decodeTexts(bytes, reading).join('\\');
  return [decodeValue(bytes, reading)].flat().join('\\');
}
