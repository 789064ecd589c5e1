import { defaultCharacterSets } from '../character-set/character-sets.ts';
import {
  isKnownVr,
  undefinedLength,
  type ElementEncoding,
  type ElementHead,
} from '../header/element.ts';
import { unreadable } from '../header/unreadable.ts';
import { isPrivateCreator } from './dictionary.ts';
import { EditLevel } from './edit-level.ts';
import { merge, newItems, type Edit, type Edits } from './edits.ts';
import { encodeItems } from './encode-data-set.ts';
import { deepest, implicitLittleEndian, type Met } from './element-walk.ts';
import { enteredAs } from './element-tree.ts';
import type { Patch } from './patches.ts';
import { PathError } from './path-errors.ts';
import { valueInvalid } from './value-errors.ts';

/** A sequence on the way: its items are counted and may change, or it makes way as a whole. */
interface OpenSequence {
  readonly met: Met;
  readonly edit: Edit | undefined;
  /** What takes its place, when it goes. */
  readonly replacement: Buffer | undefined;
  /** Whether it is the one that items are added to, should it be there twice. */
  readonly isFirst: boolean;
  count: number;
  delta: number;
}

/**
 * Finds out, while a data set is walked, which bytes have to change for edits: the elements that are set or removed, and
 * the lengths of the items, sequences and groups around them. It keeps what it changes, not what it passes.
 */
export class EditPlanner {
  readonly #patches: Patch[] = [];
  readonly #levels: EditLevel[];
  readonly #sequences: OpenSequence[] = [];

  constructor(edits: Edits, encoding: ElementEncoding) {
    const around = { characterSets: defaultCharacterSets, isSigned: false };
    this.#levels = [new EditLevel(edits, around, encoding, deepest)];
  }

  /** How a walk enters what it meets next: only what is to change inside. */
  readonly entering = (head: ElementHead, encoding: ElementEncoding) => {
    const level = this.#levels.at(-1)!;
    if (level.editOf(head.tag)?.change !== 'items') return undefined;
    return enteredAs(head, encoding, level);
  };

  /** Takes what was met; says whether its value is to be given next. */
  take(met: Met): boolean {
    switch (met.kind) {
      case 'element':
        return this.#element(met);
      case 'item':
        this.#item(met);
        break;
      case 'itemEnd':
        this.#closeItem(met);
        break;
      default:
        this.#closeSequence(met);
    }
    return false;
  }

  /** Takes the value of the element that was met last. */
  give(met: Met, bytes: Buffer): void {
    this.#levels.at(-1)!.learn(met, bytes);
  }

  /** The patches, once the walk has come to the end of the data set, which is at `end`. */
  finish(end: number): readonly Patch[] {
    const root = this.#levels[0]!;
    this.#insert(root, Infinity, end);
    this.#patches.push(...root.groupLengthPatches());
    return this.#patches.sort((a, b) => a.position - b.position);
  }

  /** The patches of a data set whose last value is cut off: nothing can be put after that. */
  finishCutShort(met: Met): readonly Patch[] {
    const root = this.#levels[0]!;
    this.#insert(root, met.tag, met.position);
    if (root.editOf(met.tag) || root.firstBefore(Infinity)) {
      throw unreadable(met.start, 'it ends inside a value, and what is to be set is behind that');
    }
    return this.finish(met.position);
  }

  #element(met: Met): boolean {
    const level = this.#levels.at(-1)!;
    this.#insert(level, met.tag, met.position);
    const edit = level.editOf(met.tag);
    const isLater = !level.takeEdit(met.tag);
    const replacement =
      !edit || edit.change === 'items'
        ? undefined
        : isLater || edit.change === 'remove'
          ? Buffer.alloc(0)
          : level.encode(met.tag, edit, vrWritten(met));
    if (edit?.change === 'items' && !met.isEntered) throw noSequence(edit);
    if (met.isEntered) {
      this.#sequences.push({ met, edit, replacement, isFirst: !isLater, count: 0, delta: 0 });
      return false;
    }
    if (replacement) {
      const removed = met.start + met.length - met.position;
      this.#patch(level, met.tag, { position: met.position, removed, inserted: replacement });
      return false;
    }
    return level !== idle && isTelling(met) && met.length <= largestTelling;
  }

  #item(met: Met): void {
    const sequence = this.#sequences.at(-1)!;
    sequence.count += 1;
    if (!met.isEntered) return;
    const items = sequence.edit?.items;
    const edits = merge(items?.get('*') ?? [], items?.get(sequence.count) ?? []);
    const outer = this.#levels.at(-1)!;
    if (edits.length === 0) this.#levels.push(idle);
    else this.#levels.push(new EditLevel(edits, outer, met.encoding, outer.depth - 1, met));
  }

  #closeItem(end: Met): void {
    const level = this.#levels.pop()!;
    if (level === idle) return;
    this.#insert(level, Infinity, end.position);
    this.#patches.push(...level.groupLengthPatches());
    this.#lengthen(level.head!, level.delta);
    this.#sequences.at(-1)!.delta += level.delta;
  }

  #closeSequence(end: Met): void {
    const { met, edit, replacement, isFirst, count, delta } = this.#sequences.pop()!;
    const level = this.#levels.at(-1)!;
    if (replacement) {
      const removed = end.start - met.position;
      this.#patch(level, met.tag, { position: met.position, removed, inserted: replacement });
      return;
    }
    let grown = delta;
    if (edit?.items && isFirst) {
      const added = newItems(edit.items, count, edit.step, edit.path);
      // Those of a UN are in its own encoding, which its end is as well.
      const writing = { ...level.writing, ...end.encoding };
      const inserted = encodeItems(added, writing, edit.path, level.depth);
      if (inserted.length > 0) this.#patches.push({ position: end.position, removed: 0, inserted });
      grown += inserted.length;
    }
    this.#lengthen(met, grown);
    level.grow(met.tag, grown);
  }

  /** Puts in what has not been met and belongs before `tag`. */
  #insert(level: EditLevel, tag: number, position: number): void {
    // One by one: a private creator that is put in lets further edits find their place.
    for (let due = level.firstBefore(tag); due; due = level.firstBefore(tag)) {
      const [number, edit] = due;
      level.takeEdit(number);
      const inserted = level.encodeNew(number, edit);
      if (inserted.length > 0) this.#patch(level, number, { position, removed: 0, inserted });
    }
    if (tag === Infinity) level.checkNothingLeft();
  }

  #patch(level: EditLevel, tag: number, patch: Patch): void {
    this.#patches.push(patch);
    level.grow(tag, patch.inserted.length - patch.removed);
  }

  /** Corrects the length in the head of a sequence or an item, which is always of 32 bits, if there is one. */
  #lengthen({ start, length, encoding }: Met, delta: number): void {
    if (length === undefinedLength || delta === 0) return;
    const inserted = Buffer.alloc(4);
    if (length + delta >= undefinedLength) {
      throw valueInvalid('a sequence', 'with what is set in it, it is longer than 4 GiB');
    }
    if (encoding.isBigEndian) inserted.writeUInt32BE(length + delta);
    else inserted.writeUInt32LE(length + delta);
    this.#patches.push({ position: start - 4, removed: 4, inserted });
  }
}

const largestTelling = 1024;

/** The level of every item in which nothing changes: there may be hundreds of thousands. */
const idle = new EditLevel(
  [],
  { characterSets: defaultCharacterSets, isSigned: false },
  implicitLittleEndian,
  0,
);

/** Elements whose values say how others are encoded, or how long groups are. */
function isTelling({ tag }: Met): boolean {
  return (tag & 0xffff) === 0 || tag === 0x00080005 || tag === 0x00280103 || isPrivateCreator(tag);
}

/** The VR that an element has, and keeps when it is given another value; undefined when that says nothing. */
function vrWritten({ vr, encoding }: Met): string | undefined {
  return encoding.isExplicit && vr !== undefined && vr !== 'UN' && isKnownVr(vr) ? vr : undefined;
}

function noSequence({ step, path }: Edit): PathError {
  const what = `an item of ${step.name} is to change, which is no sequence here`;
  return new PathError('NOT_A_SEQUENCE', path, step.position, what);
}
