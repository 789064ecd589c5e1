import {
  elementHead,
  mayBeUndefined,
  printTag,
  undefinedLength,
  type ElementEncoding,
  type ElementHead,
} from '../header/element.ts';
import { unreadable } from '../header/unreadable.ts';

/** Sequences in sequences. */
export const deepest = 32;

/**
 * What a walk meets: an element, with `isEntered` when its items come next; an item, with `isEntered` when its
 * elements do; the end of either, with a delimiter at `position` or, where a length ended it, without.
 */
export interface Met {
  readonly kind: 'element' | 'item' | 'itemEnd' | 'sequenceEnd';
  readonly tag: number;
  readonly vr?: string;
  /** Bytes of the value; `undefinedLength` when a delimiter ends it. */
  readonly length: number;
  readonly position: number;
  /** Where the value begins; after an end, where the walk goes on. */
  readonly start: number;
  readonly isEntered: boolean;
  /** How it is written itself. */
  readonly encoding: ElementEncoding;
}

/** Where a walk is: among the items of a sequence, or among the elements of an item or of the data set. */
interface Level {
  readonly kind: 'elements' | 'items';
  readonly encoding: ElementEncoding;
  /** Where it ends by its length; Infinity when a delimiter ends it. */
  readonly end: number;
  /** Whether items of known length are passed over: fragments, and what nobody asked to enter. */
  readonly isOpaque: boolean;
}

/**
 * How a sequence of known length is walked: passed over, or entered in the encoding given. Asked of each element of
 * known length, and of each of undefined length, which is walked in any case: then undefined only leaves items of
 * known length unentered.
 */
export type Entering = (
  head: ElementHead,
  encoding: ElementEncoding,
) => ElementEncoding | undefined;

/**
 * Walks a data set element by element. It reads nothing itself: whoever drives it gives it the bytes at `position`.
 * Linear in what is walked; at most 32 sequences deep, and at most `mostElements` elements, items and delimiters.
 */
export class ElementWalk {
  /** Where the next bytes are wanted from. */
  position = 0;
  readonly #levels: Level[];
  readonly #entering: Entering;
  readonly #mostElements: number;
  #count = 0;

  constructor(encoding: ElementEncoding, entering: Entering, mostElements: number) {
    this.#levels = [{ kind: 'elements', encoding, end: Infinity, isOpaque: false }];
    this.#entering = entering;
    this.#mostElements = mostElements;
  }

  /** 0 among the elements of the data set itself; 1 among the items of a sequence of it, and so on. */
  get depth(): number {
    return this.#levels.length - 1;
  }

  /** How the elements where the walk is are written. */
  get encoding(): ElementEncoding {
    return this.#levels.at(-1)!.encoding;
  }

  /**
   * Takes a step.
   * @param bytes those at `position`: `largestHead` of them, fewer only at the end of the data set
   * @param size of the data set; Infinity while it is not known
   * @returns undefined at the end of the data set
   * @throws PermanentError DATA_SET_UNREADABLE
   */
  next(bytes: Buffer, size: number): Met | undefined {
    const { position } = this;
    const level = this.#levels.at(-1)!;
    if (position === level.end) return this.#leave(position);
    if (bytes.length === 0 && (position > 0 || this.#count > 0)) {
      if (position > size) throw unreadable(size, 'it ends inside a value');
      if (this.#levels.length > 1) throw unreadable(position, 'it ends inside a sequence');
      return undefined;
    }
    const head = elementHead(bytes, level.encoding);
    if (!head) throw unreadable(position, 'it ends inside an element');
    if (++this.#count > this.#mostElements) {
      throw unreadable(position, `it has more than ${this.#mostElements} elements`);
    }
    const met = level.kind === 'items' ? this.#item(head, level) : this.#element(head, level);
    const end =
      met.isEntered || met.length === undefinedLength ? met.start : met.start + met.length;
    if (end > level.end) {
      throw unreadable(
        position,
        `${printTag(head.tag)} is longer than the item or sequence it is in`,
      );
    }
    this.position = end;
    return met;
  }

  #item(head: ElementHead, { encoding, end, isOpaque }: Level): Met {
    const { tag, length } = head;
    const { position } = this;
    const start = position + head.size;
    if (tag === sequenceEnd && end === Infinity) return this.#leave(start);
    if (tag !== item) throw unreadable(position, `${printTag(tag)} stands where an item has to`);
    const isEntered = length === undefinedLength || !isOpaque;
    if (isEntered) {
      const itemEnds = length === undefinedLength ? Infinity : start + length;
      if (itemEnds !== Infinity && itemEnds > end) {
        throw unreadable(position, 'an item is longer than the sequence it is in');
      }
      this.#levels.push({ kind: 'elements', encoding, end: itemEnds, isOpaque });
    }
    return { kind: 'item', tag, length, position, start, isEntered, encoding };
  }

  #element(head: ElementHead, { encoding, end }: Level): Met {
    const { tag, vr, length } = head;
    const { position } = this;
    const start = position + head.size;
    if (tag === itemEnd && this.#levels.length > 1 && end === Infinity) return this.#leave(start);
    if (tag >>> 16 === 0xfffe) {
      throw unreadable(position, `${printTag(tag)} stands outside of a sequence`);
    }
    const isUndefined = length === undefinedLength;
    if (isUndefined && !mayBeUndefined(vr)) {
      throw unreadable(position, `${printTag(tag)} has no length, which its VR does not allow`);
    }
    const inner = this.#entering(head, encoding);
    const isEntered = isUndefined || inner !== undefined;
    if (isEntered) {
      // A level of elements and one of items for each sequence, above the data set itself.
      if (this.#levels.length > 2 * deepest) {
        throw unreadable(position, `sequences are more than ${deepest} deep`);
      }
      this.#levels.push({
        kind: 'items',
        // PS3.5 section 6.2.2 note 2: within a UN of undefined length everything is Implicit VR Little Endian.
        encoding: inner ?? (vr === 'UN' ? implicitLittleEndian : encoding),
        end: isUndefined ? Infinity : start + length,
        isOpaque: inner === undefined,
      });
      if (!isUndefined && start + length > end) {
        throw unreadable(position, `${printTag(tag)} is longer than the item it is in`);
      }
    }
    const found = { kind: 'element', tag, length, position, start, isEntered, encoding } as const;
    return vr === undefined ? found : { ...found, vr };
  }

  /** Ends a level, at its delimiter or where its length says. */
  #leave(start: number): Met {
    const { kind, encoding } = this.#levels.pop()!;
    const { position } = this;
    this.position = start;
    const ends = kind === 'items' ? 'sequenceEnd' : 'itemEnd';
    const tag = kind === 'items' ? sequenceEnd : itemEnd;
    return { kind: ends, tag, length: 0, position, start, isEntered: false, encoding };
  }
}

export const implicitLittleEndian: ElementEncoding = { isExplicit: false, isBigEndian: false };

const item = 0xfffee000;
const itemEnd = 0xfffee00d;
const sequenceEnd = 0xfffee0dd;
