import type { CharacterSets } from '../character-set/character-sets.ts';
import { decodeTexts, decodeValue } from '../data-set/decode-value.ts';
import type { TreeElement, TreeItem } from '../data-set/element-tree.ts';
import { parseTag } from '../data-set/tag.ts';
import { representationOf } from '../data-set/value-representations.ts';

/** A value that is not in the tree; what stands for it comes in its place. */
export interface LongPart {
  /** Tags and item numbers on the way to it. */
  readonly path: string;
  readonly element: TreeElement;
  readonly item: TreeItem;
}

/** The JSON of a data set or an item, part by part, elements in the order of their tags (PS3.18 section F.2.2). */
export function* jsonParts(item: TreeItem, path: string): Generator<string | LongPart> {
  const elements = [...item.elements.values()]
    .filter(({ tag }) => (tag & 0xffff) !== 0)
    .sort((a, b) => a.tag - b.tag);
  yield '{';
  let comma = '';
  for (const element of elements) {
    const name = hexTag(element.tag);
    yield `${comma}"${name}":{"vr":"${jsonVr(element.vr)}"`;
    yield* contentParts(element, item, `${path}${name}`);
    yield '}';
    comma = ',';
  }
  yield '}';
}

function* contentParts(
  element: TreeElement,
  item: TreeItem,
  path: string,
): Generator<string | LongPart> {
  const { tag, items, bytes, length } = element;
  if (items) {
    if (items.length === 0) return;
    yield ',"Value":[';
    for (const [index, inner] of items.entries()) {
      if (index > 0) yield ',';
      yield* jsonParts(inner, `${path}/${index + 1}/`);
    }
    yield ']';
  } else if (tag === 0x00080005 && length > 0) yield ',"Value":["ISO_IR 192"]';
  else if (bytes) yield valueList(element, bytes, item.characterSets);
  else if (length > 0) yield { path, element, item };
}

/** `,"Value":[…]` or `,"InlineBinary":"…"` of a value; '' when it is empty. */
export function valueList(
  element: TreeElement,
  bytes: Buffer,
  characterSets: CharacterSets,
): string {
  const { vr, isBigEndian } = element;
  if (bytes.length === 0) return '';
  const reading = { vr, isBigEndian, characterSets };
  const { kind } = representationOf(vr);
  if (kind === 'bytes') return `,"InlineBinary":"${swapped(bytes, element).toString('base64')}"`;
  const values =
    kind === 'number'
      ? [decodeValue(bytes, reading)].flat().map((value) => jsonNumber(value, vr))
      : decodeTexts(bytes, reading).map((text) => jsonText(text, vr));
  if (values.every((value) => value === null)) return '';
  return `,"Value":[${values.map((value) => jsonOf(value)).join(',')}]`;
}

function jsonOf(value: unknown): string {
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

/** Bytes of words in little endian order, which is that of JSON (PS3.18 section F.2.7), from the order of the data set. */
export function swapped(
  bytes: Buffer,
  { vr, isBigEndian }: Pick<TreeElement, 'vr' | 'isBigEndian'>,
): Buffer {
  const { width } = representationOf(vr);
  if (!isBigEndian || width === 1 || bytes.length % width !== 0) return bytes;
  const copy = Buffer.from(bytes);
  return width === 2 ? copy.swap16() : width === 4 ? copy.swap32() : copy.swap64();
}

/** `00080018`. */
export function hexTag(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

/** The names of the three component groups of PN (PS3.18 section F.2.2). */
export const componentGroups = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/** A VR nobody knows is written by its letters, if it has any. */
function jsonVr(vr: string): string {
  return /^[A-Z]{2}$/.test(vr) ? vr : 'UN';
}

function jsonNumber(value: unknown, vr: string): string | number | null {
  if (vr === 'AT' && typeof value === 'string') return hexTag(parseTag(value)!);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return null;
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

function jsonText(text: string, vr: string): unknown {
  if (text === '') return null;
  if (vr === 'PN') {
    const groups = text.split('=').map((group, index) => [componentGroups[index], group] as const);
    return Object.fromEntries(groups.filter(([name, group]) => name !== undefined && group !== ''));
  }
  // What a number would not give back exactly stays a string, which F.2.3 allows.
  return (vr === 'IS' || vr === 'DS') && String(Number(text)) === text ? Number(text) : text;
}
