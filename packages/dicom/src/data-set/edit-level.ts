import { characterSetsOf, type CharacterSets } from '../character-set/character-sets.ts';
import { withoutTrailing } from '../character-set/padding.ts';
import type { ElementEncoding } from '../header/element.ts';
import { creatorTagOf, isPrivate, isPrivateCreator } from './dictionary.ts';
import { newItems, noBlock, type Edit, type Edits } from './edits.ts';
import type { ElementWriting } from './encode-element.ts';
import { encodeNamed, termsOf } from './encode-data-set.ts';
import type { Met } from './element-walk.ts';
import { tagOfStep } from './parse-path.ts';
import type { Patch } from './patches.ts';

/** A data set or an item whose elements are being edited: what is still to do, and what its encoding depends on. */
export class EditLevel {
  /** By their tags; those of private creators not met yet are not there. */
  readonly #edits = new Map<number, Edit>();
  #unplaced: Edit[] = [];
  /** Tags whose edits have not been applied, in order. */
  #pending: number[];
  readonly #groupLengths = new Map<number, { readonly met: Met; readonly value: number }>();
  readonly #groupDeltas = new Map<number, number>();
  readonly #encoding: ElementEncoding;
  #isCharacterSetGiven = false;

  /** The head of the item; absent for the data set itself. */
  readonly head: Met | undefined;
  /** How many sequences may be nested in it. */
  readonly depth: number;
  readonly creators = new Map<number, string>();
  characterSets: CharacterSets;
  isSigned: boolean;
  /** By how many bytes it has grown. */
  delta = 0;

  constructor(
    edits: Edits,
    outer: { readonly characterSets: CharacterSets; readonly isSigned: boolean },
    encoding: ElementEncoding,
    depth: number,
    head?: Met,
  ) {
    for (const edit of edits) {
      const tag = tagOfStep(edit.step, this.creators);
      if (tag === undefined) this.#unplaced.push(edit);
      else this.#edits.set(tag, edit);
    }
    this.#pending = [...this.#edits.keys()].sort((a, b) => a - b);
    this.#encoding = encoding;
    this.characterSets = outer.characterSets;
    this.isSigned = outer.isSigned;
    this.depth = depth;
    this.head = head;
  }

  get writing(): ElementWriting {
    return { ...this.#encoding, characterSets: this.characterSets };
  }

  editOf(tag: number): Edit | undefined {
    return this.#edits.get(tag);
  }

  /** Marks an edit as applied; says whether it was not so before. */
  takeEdit(tag: number): boolean {
    const index = this.#pending.indexOf(tag);
    if (index >= 0) this.#pending.splice(index, 1);
    return index >= 0;
  }

  /** What is next to do, if that is before an element of this tag. */
  firstBefore(tag: number): readonly [number, Edit] | undefined {
    const [first] = this.#pending;
    return first === undefined || first >= tag ? undefined : [first, this.#edits.get(first)!];
  }

  /** @throws PathError TAG_INVALID when an element was to be set in a private block that is not there */
  checkNothingLeft(): void {
    const left = this.#unplaced.find(({ change }) => change !== 'remove');
    if (left) throw noBlock(left.step, left.path);
  }

  /** The bytes of an element that is not there yet. */
  encodeNew(tag: number, edit: Edit): Buffer {
    if (edit.change === 'remove') return Buffer.alloc(0);
    if (edit.change === 'set') return this.encode(tag, edit, undefined);
    const value = newItems(edit.items!, 0, edit.step, edit.path);
    return value.length === 0 ? Buffer.alloc(0) : this.encode(tag, { ...edit, value }, 'SQ');
  }

  /** The bytes of an element that is set. @param vr the one it has */
  encode(tag: number, { path, value = null }: Edit, vr: string | undefined): Buffer {
    const creator = isPrivate(tag) ? this.creators.get(creatorTagOf(tag)) : undefined;
    const { writing, isSigned, depth } = this;
    const bytes = encodeNamed({ tag, name: path, value, vr, creator, isSigned, writing, depth });
    if (tag === specificCharacterSet) {
      this.characterSets = characterSetsOf(termsOf(value));
      this.#isCharacterSetGiven = true;
    }
    if (isPrivateCreator(tag) && typeof value === 'string') this.#place(tag, value);
    return bytes;
  }

  /** Takes the value of an element on which the encoding of others depends. */
  learn(met: Met, bytes: Buffer): void {
    const text = withoutTrailing(bytes.toString('latin1'), ' \0');
    if ((met.tag & 0xffff) === 0 && bytes.length === 4) {
      const value = met.encoding.isBigEndian ? bytes.readUInt32BE() : bytes.readUInt32LE();
      this.#groupLengths.set(met.tag >>> 16, { met, value });
    }
    if (met.tag === specificCharacterSet && !this.#isCharacterSetGiven) {
      this.characterSets = characterSetsOf(text);
    }
    if (met.tag === pixelRepresentation) this.isSigned = bytes.some((byte) => byte !== 0);
    if (isPrivateCreator(met.tag)) this.#place(met.tag, text.trim());
  }

  /** Says that an element, or something inside of it, has grown. */
  grow(tag: number, bytes: number): void {
    this.delta += bytes;
    const group = tag >>> 16;
    this.#groupDeltas.set(group, (this.#groupDeltas.get(group) ?? 0) + bytes);
  }

  /** Corrects the group lengths that are there (PS3.5 section 7.2). */
  groupLengthPatches(): readonly Patch[] {
    return [...this.#groupLengths].flatMap(([group, { met, value }]) => {
      const delta = this.#groupDeltas.get(group) ?? 0;
      if (delta === 0 || value + delta < 0) return [];
      const inserted = Buffer.alloc(4);
      if (met.encoding.isBigEndian) inserted.writeUInt32BE(value + delta);
      else inserted.writeUInt32LE(value + delta);
      return [{ position: met.start, removed: 4, inserted }];
    });
  }

  /** Finds the places of edits that were waiting for a private creator. */
  #place(creatorTag: number, creator: string): void {
    this.creators.set(creatorTag, creator);
    this.#unplaced = this.#unplaced.filter((edit) => {
      const tag = tagOfStep(edit.step, this.creators);
      if (tag === undefined) return true;
      this.#edits.set(tag, edit);
      this.#pending = [...this.#pending, tag].sort((a, b) => a - b);
      return false;
    });
  }
}

const specificCharacterSet = 0x00080005;
const pixelRepresentation = 0x00280103;
