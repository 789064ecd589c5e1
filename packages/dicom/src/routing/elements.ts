import { createRequire } from 'node:module';

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
  return (known ??= new Map(readDictionary().map((element) => [element.keyword, element])));
}

let known: ReadonlyMap<string, KnownElement> | undefined;

// PS3.5 section 6.2.
const texts = new Set('AE AS CS DA DT LO LT PN SH ST TM UC UI UR UT'.split(' '));
const numbers = new Set('DS FD FL IS SL SS SV UL US UV'.split(' '));

const firstGroup = 0x0008;
const pixelGroup = 0x7fe0;

function readDictionary(): readonly KnownElement[] {
  // By require: the copy of dcmjs that dcmjs-dimse itself uses is not the one an import gives.
  const { data } = createRequire(import.meta.url)('dcmjs') as Dcmjs;
  return Object.values(data.DicomMetaDictionary.nameMap).flatMap(({ tag, name, vr, vm }) => {
    const kind = texts.has(vr) ? 'text' : numbers.has(vr) ? 'number' : undefined;
    const [, group = '', element = ''] = /^\(([0-9A-F]{4}),([0-9A-F]{4})\)$/.exec(tag) ?? [];
    const number = Number.parseInt(group + element, 16);
    const isOfHead = number >>> 16 >= firstGroup && number >>> 16 < pixelGroup;
    if (!kind || !isOfHead || !/^[A-Z]\w*$/.test(name)) return [];
    return [{ keyword: name, tag: number, kind, vr, isList: vm !== '1' }];
  });
}

interface Dcmjs {
  readonly data: {
    readonly DicomMetaDictionary: {
      readonly nameMap: Readonly<
        Record<
          string,
          { readonly tag: string; readonly name: string; readonly vr: string; readonly vm: string }
        >
      >;
    };
  };
}
