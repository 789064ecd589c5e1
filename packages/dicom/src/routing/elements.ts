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
 * The elements of the top level that hold text or numbers, by keyword: no sequences, no bytes, nothing from the
 * pixel data on.
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

let known: ReadonlyMap<string, KnownElement> | undefined;

const firstGroup = 0x0008;
const pixelGroup = 0x7fe0;

function knownElement(keyword: string): KnownElement | undefined {
  const tag = tagOf(keyword) ?? 0;
  const { vrs = [], vm } = entryOf(tag) ?? {};
  const [vr = '', other] = vrs;
  const { kind } = representationOf(vr);
  const isOfHead = tag >>> 16 >= firstGroup && tag >>> 16 < pixelGroup;
  // One of several VRs depends on other elements; AT is a tag, which nobody compares.
  if (!isOfHead || other !== undefined || vr === 'AT' || !/^[A-Z]\w*$/.test(keyword))
    return undefined;
  if (kind === 'bytes' || kind === 'sequence') return undefined;
  const isNumber = kind === 'number' || vr === 'DS' || vr === 'IS';
  return { keyword, tag, kind: isNumber ? 'number' : 'text', vr, isList: vm?.max !== 1 };
}
