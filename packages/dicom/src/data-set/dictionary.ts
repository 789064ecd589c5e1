import { createRequire } from 'node:module';
import { printTag } from '../header/element.ts';

/** What PS3.6 says of a data element. */
export interface DictionaryEntry {
  /** Absent for a private element. */
  readonly keyword?: string;
  /** The first the standard allows, in the order it is chosen where it allows several: `['US', 'SS']`. */
  readonly vrs: readonly string[];
  readonly vm: ValueMultiplicity;
}

/** How many values an element may have: at least `min`, at most `max`, in steps of `step` (PS3.5 section 6.4). */
export interface ValueMultiplicity {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/**
 * What the dictionary says of a tag; undefined when it does not know it.
 * @param creator of a private element: the private creator of its block (PS3.5 section 7.8.1)
 */
export function entryOf(tag: number, creator?: string): DictionaryEntry | undefined {
  if ((tag & 0xffff) === 0) return groupLength;
  if (isPrivate(tag)) return isPrivateCreator(tag) ? privateCreator : privateEntryOf(tag, creator);
  const { byTag } = dictionary();
  // Groups 50xx and 60xx repeat in steps of two (PS3.5 section 7.6); the dictionary has the first.
  const base = tag >>> 24;
  const isRepeating = (base === 0x50 || base === 0x60) && (tag & 0x00010000) === 0;
  return byTag.get(isRepeating ? tag & 0xff00ffff : tag) ?? byTag.get(tag);
}

/** The tag of a keyword; undefined when the dictionary does not have it. */
export function tagOf(keyword: string): number | undefined {
  return dictionary().byKeyword.get(keyword);
}

/** Every keyword. */
export function keywords(): Iterable<string> {
  return dictionary().byKeyword.keys();
}

/** The keyword of a tag, or the tag as `(0029,1010)` where it has none. */
export function nameOf(tag: number): string {
  const keyword = entryOf(tag)?.keyword;
  // In a repeating group only its first has the keyword to itself.
  return keyword !== undefined && tagOf(keyword) === tag ? keyword : printTag(tag);
}

/** Says whether a tag is of an odd group (PS3.5 section 7.8). */
export function isPrivate(tag: number): boolean {
  return ((tag >>> 16) & 1) === 1;
}

/** Says whether a tag reserves a block of private elements (PS3.5 section 7.8.1). */
export function isPrivateCreator(tag: number): boolean {
  return isPrivate(tag) && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;
}

/** The tag of the creator that reserves the block of a private element (PS3.5 section 7.8.1). */
export function creatorTagOf(tag: number): number {
  return ((tag & 0xffff0000) >>> 0) + ((tag >>> 8) & 0xff);
}

interface Dictionary {
  readonly byTag: ReadonlyMap<number, DictionaryEntry>;
  readonly byKeyword: ReadonlyMap<string, number>;
  readonly byCreator: ReadonlyMap<string, DictionaryEntry>;
}

let loaded: Dictionary | undefined;

// A fifth of a second of start and some megabytes, for those alone who read more than a head.
function dictionary(): Dictionary {
  loaded ??= load();
  return loaded;
}

interface Row {
  readonly tag?: string;
  readonly vr?: string;
  readonly name?: string;
  readonly vm?: string;
}

function load(): Dictionary {
  const { dictionary: rows } = createRequire(import.meta.url)('dcmjs/dictionary') as {
    dictionary: Readonly<Record<string, Row>>;
  };
  const byTag = new Map<number, DictionaryEntry>();
  const byKeyword = new Map<string, number>();
  const byCreator = new Map<string, DictionaryEntry>();
  for (const { tag = '', vr = 'UN', name = '', vm = '1' } of Object.values(rows)) {
    const vrs = severalVrs[vr] ?? [vr];
    const privateTag = /^\(([0-9a-f]{4}),"(.*)",([0-9a-f]{2})\)$/i.exec(tag);
    if (privateTag) {
      const [, group = '', creator = '', element = ''] = privateTag;
      byCreator.set(`${parseInt(group, 16)},${creator},${parseInt(element, 16)}`, {
        vrs,
        vm: multiplicity(vm),
      });
      continue;
    }
    const [, group, element] =
      /^\(([0-9a-f]{4})(?:-[0-9a-f]{4})?,([0-9a-f]{4})\)$/i.exec(tag) ?? [];
    if (group === undefined || element === undefined) continue;
    const number = parseInt(group + element, 16);
    const keyword = name.replace(/^RETIRED_/, '');
    if (keyword === 'undefined' || keyword === '' || vr === 'na') continue;
    byTag.set(number, { keyword, vrs, vm: multiplicity(vm) });
    if (!byKeyword.has(keyword)) byKeyword.set(keyword, number);
  }
  return { byTag, byKeyword, byCreator };
}

// How the dictionary writes what depends on other elements (PS3.5 annex A, PS3.6 section 6).
const severalVrs: Readonly<Record<string, readonly string[]>> = {
  ox: ['OW', 'OB'],
  xs: ['US', 'SS'],
  lt: ['US', 'OW'],
  up: ['UL'],
  na: ['UN'],
};

const anyNumber: ValueMultiplicity = { min: 1, max: Infinity, step: 1 };
const one: ValueMultiplicity = { min: 1, max: 1, step: 1 };
const groupLength: DictionaryEntry = { vrs: ['UL'], vm: one };
const privateCreator: DictionaryEntry = { vrs: ['LO'], vm: one };

function privateEntryOf(tag: number, creator: string | undefined): DictionaryEntry | undefined {
  if (creator === undefined) return undefined;
  return dictionary().byCreator.get(`${tag >>> 16},${creator},${tag & 0xff}`);
}

/** `1`, `1-3`, `1-n`, `3-3n`. */
function multiplicity(vm: string): ValueMultiplicity {
  const [, min = '1', max = min, multiple] = /^(\d+)(?:-(\d*)(n?))?$/.exec(vm) ?? [];
  if (multiple === 'n') return { ...anyNumber, min: Number(min), step: Number(max || 1) };
  return { min: Number(min), max: Number(max), step: 1 };
}
