import {
  characterSetsOf,
  defaultCharacterSets,
  type CharacterSets,
} from '../character-set/character-sets.ts';
import { withoutTrailing } from '../character-set/padding.ts';
import {
  isKnownVr,
  undefinedLength,
  type ElementEncoding,
  type ElementHead,
} from '../header/element.ts';
import { unreadable } from '../header/unreadable.ts';
import { checkGroup } from '../header/walk-head.ts';
import { creatorTagOf, entryOf, isPrivate, isPrivateCreator } from './dictionary.ts';
import { implicitLittleEndian, type Met } from './element-walk.ts';

/** An element of a data set that was walked. */
export interface TreeElement {
  readonly tag: number;
  /** As written; of UN, and where VRs are implicit, the one of the dictionary, else UN. */
  readonly vr: string;
  readonly isBigEndian: boolean;
  /** Where its value is, delimiter left out. */
  readonly start: number;
  length: number;
  /** The value, where it was kept. */
  bytes?: Buffer;
  readonly items?: readonly TreeItem[];
  /** Of compressed pixel data, which is items without elements (PS3.5 section A.4): where each is, the Basic Offset Table first. */
  readonly fragments?: readonly Fragment[];
}

/** A fragment of pixel data, its head left out. */
export interface Fragment {
  readonly start: number;
  readonly length: number;
}

/** An item of a sequence, or the data set itself: its elements by tag, in the order they stand. */
export interface TreeItem {
  readonly elements: ReadonlyMap<number, TreeElement>;
  readonly characterSets: CharacterSets;
  /** The private creators, by their tags. */
  readonly creators: ReadonlyMap<number, string>;
}

/** Bytes of one value that are kept; a longer one is read from the document when it is asked for. */
const longestKept = 64 * 1024;

/** Bytes of all values that are kept; after that only those of a few bytes are. */
const mostKept = 32 * 1024 * 1024;
const alwaysKept = 256;

/** Elements, items and delimiters of a data set that is read or edited. */
export const mostElements = 500_000;

/** Makes a tree of what a walk meets; of two elements of one tag the first counts. */
export class TreeBuilder {
  readonly root: GrowingItem = newItem(undefined);
  readonly #open: { element: GrowingElement; item: GrowingItem | undefined }[] = [];
  #kept = 0;

  /** How a walk enters what it meets next. */
  readonly entering = (head: ElementHead, encoding: ElementEncoding) =>
    enteredAs(head, encoding, this.#item);

  /** Takes what was met; says whether its value is to be given next. */
  take(met: Met): boolean {
    if (met.kind === 'element') return this.#element(met);
    if (met.kind === 'sequenceEnd') {
      const { element } = this.#open.pop()!;
      element.length = met.position - element.start;
      return false;
    }
    const open = this.#open.at(-1)!;
    if (met.kind === 'item' && !met.isEntered) {
      open.element.fragments?.push({ start: met.start, length: met.length });
    }
    open.item = met.kind === 'item' ? newItem(this.#outerItem) : undefined;
    // Those of what is no sequence are walked, not kept.
    if (open.item) open.element.items?.push(open.item);
    return false;
  }

  /** Takes the value of the element that was met last. */
  give(met: Met, bytes: Buffer): void {
    const item = this.#item;
    const element = item.elements.get(met.tag);
    if (!element || element.start !== met.start) return;
    element.bytes = bytes;
    this.#kept += bytes.length;
    const text = () => withoutTrailing(bytes.toString('latin1'), ' \0');
    if (met.tag === specificCharacterSet) item.characterSets = characterSetsOf(text());
    if (isPrivateCreator(met.tag)) {
      if (item.creators === noCreators) item.creators = new Map();
      (item.creators as Map<number, string>).set(met.tag, text().trim());
    }
    if (met.tag === pixelRepresentation) item.isSigned = bytes.some((byte) => byte !== 0);
  }

  get #item(): GrowingItem {
    return this.#open.at(-1)?.item ?? this.root;
  }

  get #outerItem(): GrowingItem {
    return this.#open.at(-2)?.item ?? this.root;
  }

  #element(met: Met): boolean {
    const item = this.#item;
    if (item === this.root) checkGroup(met.tag, met.position);
    const vr = vrOf(met, met.encoding, item);
    const element: GrowingElement = {
      tag: met.tag,
      vr,
      isBigEndian: met.encoding.isBigEndian && met.vr !== 'UN',
      start: met.start,
      length: met.length,
      ...(vr === 'SQ' && met.isEntered ? { items: [] } : {}),
      ...(vr !== 'SQ' && met.isEntered ? { fragments: [] } : {}),
    };
    const isFirst = !item.elements.has(met.tag);
    if (isFirst) addTo(item, element);
    if (met.isEntered) this.#open.push({ element, item: undefined });
    if (met.isEntered || !isFirst || met.tag === pixelData) return false;
    return (
      met.length <= alwaysKept || (met.length <= longestKept && this.#kept + met.length <= mostKept)
    );
  }
}

interface GrowingElement extends TreeElement {
  readonly items?: TreeItem[];
  readonly fragments?: Fragment[];
}

interface GrowingItem extends TreeItem {
  elements: ReadonlyMap<number, GrowingElement>;
  characterSets: CharacterSets;
  creators: ReadonlyMap<number, string>;
  isSigned: boolean;
}

// Shared until there is something in them: there may be hundreds of thousands of empty items.
const noElements: ReadonlyMap<number, GrowingElement> = new Map();
const noCreators: ReadonlyMap<number, string> = new Map();

function addTo(item: GrowingItem, element: GrowingElement): void {
  if (item.elements === noElements) item.elements = new Map();
  (item.elements as Map<number, GrowingElement>).set(element.tag, element);
}

function newItem(outer: GrowingItem | undefined): GrowingItem {
  return {
    elements: noElements,
    // PS3.3 section C.12.1.1.2: an item has the character sets of what it is in, unless it has its own.
    characterSets: outer?.characterSets ?? defaultCharacterSets,
    creators: noCreators,
    isSigned: outer?.isSigned ?? false,
  };
}

/** What has to be known around an element to tell its VR. */
export interface Surroundings {
  /** The private creators of the item, by their tags. */
  readonly creators: ReadonlyMap<number, string>;
  /** Whether Pixel Representation says so. */
  readonly isSigned: boolean;
}

/** In which encoding an element is entered as a sequence; undefined when it is none. */
export function enteredAs(
  head: ElementHead,
  encoding: ElementEncoding,
  around: Surroundings,
): ElementEncoding | undefined {
  if (vrOf(head, encoding, around) !== 'SQ') return undefined;
  return head.vr === 'UN' ? implicitLittleEndian : encoding;
}

/**
 * The VR of an element: as it is written; where that says nothing, as the dictionary has it
 * (PS3.5 section 6.2.2 note 3 for UN), else UN.
 */
export function vrOf(
  { tag, vr, length }: Pick<ElementHead, 'tag' | 'vr' | 'length'>,
  { isExplicit }: ElementEncoding,
  { creators, isSigned }: Surroundings,
): string {
  if (isExplicit && vr !== undefined && vr !== 'UN') return vr;
  if (length === undefinedLength) return tag === pixelData ? 'OB' : 'SQ';
  const creator = isPrivate(tag) ? creators.get(creatorTagOf(tag)) : undefined;
  const vrs = entryOf(tag, creator)?.vrs ?? ['UN'];
  if (vrs.includes('SS')) return isSigned ? 'SS' : 'US';
  // PS3.3 section C.11.1.1: LUT Data of one entry is a number, of more a table.
  if (vrs.includes('US') && vrs.includes('OW')) return length <= 2 ? 'US' : 'OW';
  const [first = 'UN'] = vrs;
  return isKnownVr(first) ? first : 'UN';
}

/**
 * An element whose value the data set ends in. The last element of all, pixel data mostly, is taken as far as it is there,
 * for such an image was stored as well.
 * @param depth where the element was met
 * @throws PermanentError DATA_SET_UNREADABLE where it is part of a sequence, whose end is then missing
 */
export function cutShort(met: Met, depth: number, size: number): Met {
  if (depth > 0 || met.isEntered || met.start > size) {
    throw unreadable(met.start, 'a value is longer than the data set');
  }
  return { ...met, length: size - met.start };
}

const specificCharacterSet = 0x00080005;
const pixelRepresentation = 0x00280103;
const pixelData = 0x7fe00010;
