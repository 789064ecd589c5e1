import { deflateRawSync } from 'node:zlib';
import { characterSetsOf } from '../character-set/character-sets.ts';
import { withoutTrailing } from '../character-set/padding.ts';
import { encodeElement, encodeItem, type ElementWriting } from '../data-set/encode-element.ts';
import { encodeNamed } from '../data-set/encode-data-set.ts';
import { deepest } from '../data-set/element-walk.ts';
import { parseTag } from '../data-set/tag.ts';
import type { DataValue, SingleValue } from '../data-set/value.ts';
import { representationOf } from '../data-set/value-representations.ts';
import { isKnownVr } from '../header/element.ts';
import { encodingOf } from '../transfer-syntaxes.ts';
import { componentGroups, hexTag, swapped } from './json-parts.ts';
import { jsonInvalid, scanJson } from './scan-json.ts';

/** What may be chosen when JSON is encoded. */
export interface JsonEncodeOptions {
  readonly transferSyntaxUid: string;
  /** `query`: as for `encodeDataSet`. */
  readonly purpose?: 'query';
}

/**
 * Encodes a data set of the DICOM JSON model (PS3.18 annex F), given as text. Where it has no Specific Character Set and
 * a text that is not ASCII, it gets ISO_IR 192, the one of JSON. Values are checked as by `encodeDataSet`. Nothing is ever
 * fetched: a BulkDataURI is refused.
 * @throws PermanentError DICOM_JSON_INVALID, VALUE_INVALID, TEXT_NOT_ENCODABLE
 */
export function encodeDicomJson(json: string, options: JsonEncodeOptions): Buffer {
  const { isExplicit, isBigEndian, isDeflated } = encodingOf(options.transferSyntaxUid);
  const parsed = objectAt(scanJson(json), '');
  const isUnicode = !(characterSetTag in parsed) && /[^\0-\x7f]|\\u/.test(json);
  const dataSet = isUnicode ? { ...parsed, [characterSetTag]: utf8 } : parsed;
  const writing = {
    isExplicit,
    isBigEndian,
    characterSets: characterSetsOf(''),
    purpose: options.purpose,
  };
  const bytes = encodeObject(dataSet, writing, '', deepest);
  if (!isDeflated) return bytes;
  const deflated = deflateRawSync(bytes);
  // PS3.5 section A.5: padded to an even length.
  return deflated.length % 2 === 0 ? deflated : Buffer.concat([deflated, Buffer.of(0)]);
}

type JsonObject = Readonly<Record<string, unknown>>;

const characterSetTag = '00080005';
const utf8 = { vr: 'CS', Value: ['ISO_IR 192'] };

function encodeObject(
  dataSet: JsonObject,
  outer: ElementWriting,
  path: string,
  depth: number,
): Buffer {
  const elements = Object.entries(dataSet)
    .map(([key, element]) => ({ tag: tagAt(key, path), element: objectAt(element, path + key) }))
    .sort((a, b) => a.tag - b.tag);
  const terms = elements.find(({ tag }) => tag === 0x00080005)?.element['Value'];
  const writing = Array.isArray(terms)
    ? { ...outer, characterSets: characterSetsOf(terms.map((term) => term ?? '').join('\\')) }
    : outer;
  return Buffer.concat(
    elements.map(({ tag, element }) => encodeJsonElement(tag, element, writing, path, depth)),
  );
}

function encodeJsonElement(
  tag: number,
  element: JsonObject,
  writing: ElementWriting,
  outerPath: string,
  depth: number,
): Buffer {
  const name = hexTag(tag);
  const path = outerPath + name;
  const { vr, Value: list, InlineBinary: base64, BulkDataURI: uri } = element;
  if (typeof vr !== 'string' || !isKnownVr(vr)) throw jsonInvalid(path, 'its vr is none');
  if (uri !== undefined)
    throw jsonInvalid(path, 'its value is behind a BulkDataURI, and nothing is fetched');
  if (list !== undefined && !Array.isArray(list)) throw jsonInvalid(path, 'its Value is no list');
  const values = (list ?? []) as readonly unknown[];
  if (vr === 'SQ') {
    if (depth === 0) throw jsonInvalid(path, `sequences are more than ${deepest} deep`);
    const items = values.map((item, index) => {
      const itemPath = `${path}/${index + 1}`;
      const inner = item === null ? {} : objectAt(item, itemPath);
      return encodeItem(encodeObject(inner, writing, `${itemPath}/`, depth - 1), writing);
    });
    return encodeElement(tag, vr, Buffer.concat(items), writing, path);
  }
  const value =
    representationOf(vr).kind === 'bytes'
      ? bytesAt(base64, values, path, { vr, isBigEndian: writing.isBigEndian })
      : values.map((one) => singleAt(one, vr, path));
  const common = { creator: undefined, isSigned: false, writing, depth };
  return encodeNamed({ tag, name: path, vr, value: simplest(value), ...common });
}

/** A list of one is one value; texts with backslashes were one value each in JSON, so they stay a list. */
function simplest(value: Buffer | readonly (SingleValue | null)[]): DataValue {
  if (Buffer.isBuffer(value) || value.length > 1) return value;
  return value.length === 0 || value[0] === null ? null : value;
}

function singleAt(value: unknown, vr: string, path: string): SingleValue | null {
  if (value === null) return null;
  if (vr === 'PN') return nameAt(value, path);
  const isNumber = representationOf(vr).kind === 'number';
  if (typeof value === 'number') {
    // JSON.parse makes Infinity of 1e400.
    if (!Number.isFinite(value)) throw jsonInvalid(path, 'a number in it is beyond every VR');
    return value;
  }
  if (typeof value !== 'string')
    throw jsonInvalid(path, 'a value of it is neither text nor number');
  if (!isNumber || vr === 'AT') return value;
  const special = nonFinite.get(value);
  if (special !== undefined && (vr === 'FL' || vr === 'FD')) return special;
  if (/^[+-]?\d{1,20}$/.test(value)) return BigInt(value);
  throw jsonInvalid(path, 'a number in it is written as a text that is none');
}

const nonFinite: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
]);

function nameAt(value: unknown, path: string): string {
  const name = objectAt(value, path);
  const groups = componentGroups.map((group) => {
    const text = name[group] ?? '';
    if (typeof text !== 'string') throw jsonInvalid(path, `${group} of its name is no text`);
    return text;
  });
  return withoutTrailing(groups.join('='), '=');
}

function bytesAt(
  base64: unknown,
  values: readonly unknown[],
  path: string,
  order: { readonly vr: string; readonly isBigEndian: boolean },
): Buffer {
  if (values.length > 0)
    throw jsonInvalid(path, `its VR ${order.vr} takes InlineBinary, not Value`);
  if (base64 === undefined) return Buffer.alloc(0);
  const bytes = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
  // The decoder passes over what is no base64; only of base64 it gives the same back.
  if (bytes?.toString('base64') !== base64)
    throw jsonInvalid(path, 'its InlineBinary is no base64');
  return swapped(bytes, order);
}

function tagAt(key: string, path: string): number {
  const tag = /^[0-9A-Fa-f]{8}$/.test(key) ? parseTag(key) : undefined;
  // The key itself could be anybody's text, so it is not told.
  if (tag === undefined)
    throw jsonInvalid(path, 'is a key that is no tag of eight hexadecimal digits');
  const group = tag >>> 16;
  if (group <= 0x0002 || group === 0xfffe || (tag & 0xffff) === 0) {
    throw jsonInvalid(path + key, 'is a tag that does not belong into a data set');
  }
  return tag;
}

function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as JsonObject;
  throw jsonInvalid(path, 'has to be an object');
}
