import { entryOf, keywords, tagOf } from '../data-set/dictionary.ts';
import { representationOf } from '../data-set/value-representations.ts';

/** A data element that a condition can speak of (PS3.6). */
export interface KnownElement {
  readonly keyword: string;
  /** Group and element number in one: 0x00080060. */
  readonly tag: number;
  readonly kind: 'text' | 'number';
  readonly vr: string;
  /** The dictionary lets it have several values. */
  readonly isList: boolean;
}

/**
 * The elements that hold text or numbers, by keyword: no sequences, no bytes, nothing from the pixel data on.
 */
export function knownElements(): ReadonlyMap<string, KnownElement> {
  known ??= new Map(
    [...keywords()].flatMap((keyword) => {
      const element = knownElement(keyword);
      return element ? [[keyword, element] as const] : [];
    }),
  );
  return known;
}

/** The sequences before the pixel data, by keyword: the tags of those that a condition can ask for items. */
export function knownSequences(): ReadonlyMap<string, number> {
  sequences ??= new Map(
    [...keywords()].flatMap((keyword) => {
      const tag = tagOf(keyword) ?? 0;
      const isSequence = entryOf(tag)?.vrs[0] === 'SQ';
      return isSequence && isOfHead(tag) && isName(keyword) ? [[keyword, tag] as const] : [];
    }),
  );
  return sequences;
}

let sequences: ReadonlyMap<string, number> | undefined;
let known: ReadonlyMap<string, KnownElement> | undefined;

const firstGroup = 0x0008;
const pixelGroup = 0x7fe0;

function knownElement(keyword: string): KnownElement | undefined {
  const tag = tagOf(keyword) ?? 0;
  const { vrs = [], vm } = entryOf(tag) ?? {};
  const [vr = '', other] = vrs;
  const { kind } = representationOf(vr);
  // One of several VRs depends on other elements; AT is a tag, which nobody compares.
  if (!isOfHead(tag) || other !== undefined || vr === 'AT' || !isName(keyword)) return undefined;
  if (kind === 'bytes' || kind === 'sequence') return undefined;
  const isNumber = kind === 'number' || vr === 'DS' || vr === 'IS';
  return { keyword, tag, kind: isNumber ? 'number' : 'text', vr, isList: vm?.max !== 1 };
}

function isOfHead(tag: number): boolean {
  return tag >>> 16 >= firstGroup && tag >>> 16 < pixelGroup;
}

function isName(keyword: string): boolean {
  return /^[A-Z]\w*$/.test(keyword);
}
