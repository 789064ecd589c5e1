import { entryOf, tagOf } from '../data-set/dictionary.ts';
import type { DataValue, DataValues } from '../data-set/value.ts';
import type { DataSetValues } from '../document.ts';

/**
 * Says whether an item matches the identifier of a query: by single value, list of UIDs, universal, wildcard, range
 * and sequence matching (PS3.4 section C.2.2.2). Keys that the item does not have match only when they are universal.
 * Names match whatever their case (PS3.4 section C.2.2.2.1 leaves that to us). A date and its time are matched each
 * by itself.
 */
export function matchesIdentifier(identifier: DataValues, item: DataSetValues): boolean {
  return Object.entries(identifier).every(
    ([keyword, key]) => isOfQuery(keyword) || matches(keyword, key, item[keyword]),
  );
}

/**
 * The attributes of an item that the identifier of a query asks for, each without a value where the item has none,
 * and the character set of the item (PS3.4 section C.4.1.1.3.2). An empty sequence asks for whole items.
 */
export function answerIdentifier(identifier: DataValues, item: DataSetValues): DataSetValues {
  const entries = Object.entries(identifier)
    .filter(([keyword]) => !isOfQuery(keyword))
    .map(([keyword, key]) => [keyword, projected(key, item[keyword])] as const);
  const { SpecificCharacterSet: characterSet } = item;
  return Object.fromEntries([
    ...(characterSet === undefined ? [] : [['SpecificCharacterSet', characterSet]]),
    ...entries,
  ]) as DataSetValues;
}

/** What says how the query is to be read, and is no key of it. */
function isOfQuery(keyword: string): boolean {
  return ['SpecificCharacterSet', 'QueryRetrieveLevel', 'TimezoneOffsetFromUTC'].includes(keyword);
}

function matches(keyword: string, key: DataValue | undefined, value: unknown): boolean {
  if (isUniversal(key)) return true;
  const inner = itemOf(key);
  if (inner) {
    const items = Array.isArray(value) ? value : [];
    return items.some((item) => matchesIdentifier(inner, item as DataSetValues));
  }
  const tag = tagOf(keyword);
  const vr = (tag === undefined ? undefined : entryOf(tag)?.vrs[0]) ?? 'UN';
  const keys = textsOf(key);
  return textsOf(value).some((text) => keys.some((one) => matchesValue(vr, one, text)));
}

function textsOf(value: unknown): readonly string[] {
  return [value].flat().flatMap((one: unknown) => {
    if (typeof one === 'string') return [one];
    return typeof one === 'number' || typeof one === 'bigint' ? [one.toString()] : [];
  });
}

/** No value, or an item without one: everything matches. */
function isUniversal(key: DataValue | undefined): boolean {
  if (key === null || key === undefined || key === '' || key === '*') return true;
  const inner = itemOf(key);
  if (inner) return Object.values(inner).every((each) => isUniversal(each));
  return Array.isArray(key) && key.length === 0;
}

/** The item of a sequence that is a key: it has one (PS3.4 section C.2.2.2.6). */
function itemOf(key: DataValue | undefined): DataValues | undefined {
  const first: unknown = Array.isArray(key) ? key[0] : undefined;
  if (typeof first !== 'object' || first === null || Buffer.isBuffer(first)) return undefined;
  return first as DataValues;
}

const withRanges = new Set(['DA', 'TM', 'DT']);
const withWildcards = new Set(['AE', 'CS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UR', 'UT']);

function matchesValue(vr: string, key: string, value: string): boolean {
  if (withRanges.has(vr)) return matchesRange(key, value);
  if (!withWildcards.has(vr)) return key === value;
  return wildcard(vr === 'PN' ? trimmed(key) : key, vr === 'PN' ? trimmed(value) : value, vr);
}

/** PS3.4 section C.2.2.2.5: `from-to`, `from-`, `-to`; a moment that is given in part stands for all that begin so. */
function matchesRange(key: string, value: string): boolean {
  const dash = key.indexOf('-');
  if (dash < 0) return value.startsWith(key) || key.startsWith(value);
  const [from, to] = [key.slice(0, dash), key.slice(dash + 1)];
  return (from === '' || value >= from) && (to === '' || value <= to || value.startsWith(to));
}

/** PS3.4 section C.2.2.2.4. In linear time, whatever stars a peer sends: a star matches as little as it must. */
function wildcard(key: string, value: string, vr: string): boolean {
  const [pattern, text] = vr === 'PN' ? [key.toLowerCase(), value.toLowerCase()] : [key, value];
  let [at, star, resume] = [0, -1, 0];
  let place = 0;
  while (place < text.length) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      resume = place;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      place = resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Empty components at the end of a name are not significant (PS3.5 section 6.2.1.1). */
function trimmed(name: string): string {
  return name.replace(/\^+$/, '');
}

function projected(key: DataValue | undefined, value: DataSetValues[string]) {
  const inner = itemOf(key);
  if (!inner || Object.keys(inner).length === 0) return value ?? (Array.isArray(key) ? [] : null);
  const items = Array.isArray(value) ? (value as readonly DataSetValues[]) : [];
  return items.map((item) => answerIdentifier(inner, item));
}
