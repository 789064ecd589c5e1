import { deflateRawSync } from 'node:zlib';
import {
  characterSetsOf,
  defaultCharacterSets,
  type CharacterSets,
} from '../character-set/character-sets.ts';
import { printTag } from '../header/element.ts';
import { encodingOf } from '../transfer-syntaxes.ts';
import { creatorTagOf, entryOf, isPrivate, isPrivateCreator, tagOf } from './dictionary.ts';
import { deepest } from './element-walk.ts';
import { encodeElement, encodeItem, type ElementWriting } from './encode-element.ts';
import { encodeValue } from './encode-value.ts';
import { keywordUnknown } from './path-errors.ts';
import { parseTag } from './tag.ts';
import { valueInvalid } from './value-errors.ts';
import { isLargeValue, type DataValue, type DataValues } from './value.ts';

/** What may be chosen when a data set is encoded. */
export interface EncodeOptions {
  readonly transferSyntaxUid: string;
  /** `query`: an identifier whose values may be ranges, wildcards and lists of UIDs (PS3.4 section C.2.2.2). */
  readonly purpose?: 'query';
  /** The character sets of its texts where `SpecificCharacterSet` is not among the values; default the default repertoire. */
  readonly characterSets?: CharacterSets;
}

/**
 * Encodes a small data set: an identifier, a worklist item, a test object. Elements are put in the order of their
 * tags, items and sequences get known lengths, values are checked against their VR and VM. null, '' and [] make an
 * element without a value, undefined none. An element whose VR is not in the dictionary is a private one: its VR
 * is that of the private dictionary, by the creator that stands beside it, otherwise UN, which takes a Buffer.
 * @throws PermanentError KEYWORD_UNKNOWN, VALUE_INVALID, TEXT_NOT_ENCODABLE
 * @example `encodeDataSet({ PatientID: 'X', ModalitiesInStudy: ['CT', 'SR'] }, { transferSyntaxUid })`
 */
export function encodeDataSet(values: DataValues, options: EncodeOptions): Buffer {
  const { isExplicit, isBigEndian, isDeflated } = encodingOf(options.transferSyntaxUid);
  const { characterSets = defaultCharacterSets, purpose } = options;
  const writing = { isExplicit, isBigEndian, characterSets, purpose };
  const bytes = encodeElements(values, writing, '', deepest);
  if (!isDeflated) return bytes;
  const deflated = deflateRawSync(bytes);
  // PS3.5 section A.5: padded to an even length.
  return deflated.length % 2 === 0 ? deflated : Buffer.concat([deflated, Buffer.of(0)]);
}

/**
 * The elements of a data set or an item, one after the other.
 * @param path for errors: what stands before a keyword in them, `ScheduledProcedureStepSequence[1].`
 * @param depth how many sequences may still be nested in it
 */
export function encodeElements(
  values: DataValues,
  outer: ElementWriting,
  path: string,
  depth: number,
): Buffer {
  const elements = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ tag: tagOfKey(key, path), name: path + key, value: value! }))
    .sort((a, b) => a.tag - b.tag);
  const characterSet = elements.find(({ tag }) => tag === specificCharacterSet)?.value;
  const writing =
    characterSet === undefined
      ? outer
      : { ...outer, characterSets: characterSetsOf(termsOf(characterSet)) };
  const creators = new Map<number, string>();
  const parts: Buffer[] = [];
  let last = -1;
  for (const { tag, name, value } of elements) {
    if (tag === last) throw valueInvalid(name, 'it is there twice, by keyword and by tag');
    if (isPrivateCreator(tag) && typeof value === 'string') creators.set(tag, value.trim());
    last = tag;
    const creator = isPrivate(tag) ? creators.get(creatorTagOf(tag)) : undefined;
    const isSigned = values['PixelRepresentation'] === 1;
    parts.push(encodeNamed({ tag, name, value, creator, isSigned, writing, depth }));
  }
  return Buffer.concat(parts);
}

const specificCharacterSet = 0x00080005;

/** The terms of Specific Character Set (0008,0005) as one text. */
export function termsOf(value: DataValue): string {
  return Array.isArray(value) ? value.join('\\') : typeof value === 'string' ? value : '';
}

/** An element with what has to be known to encode it. */
export interface NamedElement {
  readonly tag: number;
  /** For errors: its keyword or path. */
  readonly name: string;
  readonly value: DataValue;
  /** The VR it has already; otherwise the dictionary says. */
  readonly vr?: string | undefined;
  readonly creator: string | undefined;
  /** Whether Pixel Representation says so. */
  readonly isSigned: boolean;
  readonly writing: ElementWriting;
  /** How many sequences may still be nested in it, itself included. */
  readonly depth: number;
}

/** An element as bytes, its value checked. @throws PermanentError VALUE_INVALID, TEXT_NOT_ENCODABLE */
export function encodeNamed(element: NamedElement): Buffer {
  const { tag, name, value, creator, isSigned, writing, depth } = element;
  const entry = entryOf(tag, creator);
  const vr = element.vr ?? vrFor(value, entry?.vrs ?? ['UN'], isSigned);
  if (vr === 'SQ') {
    const items = encodeItems(value, writing, name, depth);
    return encodeElement(tag, 'SQ', items, writing, name);
  }
  const { isBigEndian, characterSets, purpose } = writing;
  const target = { name, vr, vm: entry?.vm, isBigEndian, characterSets, purpose };
  return encodeElement(tag, vr, encodeValue(value, target), writing, name);
}

/** The items of a sequence. */
export function encodeItems(
  value: DataValue,
  writing: ElementWriting,
  name: string,
  depth: number,
): Buffer {
  if (value === null || value === '') return Buffer.alloc(0);
  if (depth === 0) throw valueInvalid(name, `sequences are more than ${deepest} deep`);
  const isList = Array.isArray(value) && value.every((item) => isItem(item));
  if (!isList) throw valueInvalid(name, 'its VR SQ takes a list of items, which are objects');
  const items = value as readonly DataValues[];
  return Buffer.concat(
    items.map((item, index) =>
      encodeItem(encodeElements(item, writing, `${name}[${index + 1}].`, depth - 1), writing),
    ),
  );
}

/** Which of the VRs an element may have its value is given: the first that takes it. */
export function vrFor(value: DataValue, vrs: readonly string[], isSigned: boolean): string {
  const [first = 'UN'] = vrs;
  if (vrs.length === 1) return first;
  if (vrs.includes('SS') && isSigned) return 'SS';
  if (Buffer.isBuffer(value)) return vrs.find((vr) => vr.startsWith('O')) ?? first;
  return first;
}

function isItem(value: unknown): value is DataValues {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !Buffer.isBuffer(value) &&
    !isLargeValue(value)
  );
}

function tagOfKey(key: string, path: string): number {
  const tag = tagOf(key) ?? parseTag(key);
  if (tag === undefined) throw keywordUnknown(key, `${path}${key}`, path.length + 1);
  const group = tag >>> 16;
  if (group === 0x0000 || group === 0x0002 || group === 0xfffe) {
    throw valueInvalid(path + key, `${printTag(tag)} does not belong into a data set`);
  }
  return tag;
}
